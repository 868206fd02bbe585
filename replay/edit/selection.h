#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "replay/dialect/operation.h"

namespace trafrec::edit {

/// Which operations are replayed at all: --only and --index.
struct Selection {
  enum class Only : uint8_t { kMutations, kQueries };

  std::optional<Only> only;
  std::vector<std::string> indices;  ///< empty: all, also what names no index

  bool empty() const { return !only && indices.empty(); }
  /// Of a bulk some items may be taken, and others not.
  bool Takes(const dialect::Operation& operation) const;
  /// Whether any of its operations is taken.
  bool Takes(const dialect::Meaning& meaning) const;
};

}  // namespace trafrec::edit
