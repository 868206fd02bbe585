#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "replay/json/json_tree.h"

namespace trafrec::compare {

/// Elements of two lists of documents, as hits are: which are the same document.
struct DocumentPairs {
  std::vector<std::pair<size_t, size_t>> both{};  ///< places in the two lists, by the first
  std::vector<size_t> missing{};                  ///< places in the source's list
  std::vector<size_t> added{};                    ///< places in the target's list
  /// Those in both stand in another order, and not only among equals: of what one list sorts
  /// alike (_score and sort) the order is chance.
  bool reordered = false;
};

/// Pairs elements by _index and _id. Nothing if one of them is no object that has both, or if a
/// document stands twice in a list. Both arguments give the elements of an array in order.
std::optional<DocumentPairs> PairDocuments(const json::Tree& source,
                                           const std::vector<uint32_t>& in_source,
                                           const json::Tree& target,
                                           const std::vector<uint32_t>& in_target);

}  // namespace trafrec::compare
