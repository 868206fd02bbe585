#pragma once

#include <cstdint>
#include <vector>

#include "replay/json/json_tree.h"

namespace trafrec::compare {

/// A number for each value of a document, so that equal values have equal numbers: the order of
/// members, white space, escapes and 1.0 for 1 do not count. Two different values may share one:
/// it can suggest that values are equal, and never prove it.
class Fingerprints {
 public:
  explicit Fingerprints(const json::Tree& tree);

  uint64_t operator[](uint32_t node) const { return of_[node]; }

 private:
  static uint64_t OfScalar(const json::Tree& tree, uint32_t node);

  std::vector<uint64_t> of_;
};

}  // namespace trafrec::compare
