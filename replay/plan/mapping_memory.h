#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "replay/dialect/operation.h"

namespace trafrec::plan {

/// Which fields the indices have seen so far. The first document with a new field makes its mapping
/// (tried), so such a write has a place in the order of all writes of the index. One thread.
class MappingMemory {
 public:
  /// Whether a write brings a field that its index has not seen in this log, or is the first write
  /// of the index. `source`: the document, or an update's body. What cannot be read brings nothing:
  /// the service refuses it, too.
  bool Adds(const std::string& index, const dialect::Operation& operation, std::string_view source);

  /// Its mapping is made anew, or may have been changed: names and patterns with '*'.
  void Forget(std::string_view index);

 private:
  struct Index {
    std::unordered_set<uint64_t> paths;
    bool wide = false;  ///< more than limits.h takes: every write counts as new
  };

  std::unordered_map<std::string, Index> indices_;
  size_t paths_ = 0;
};

}  // namespace trafrec::plan
