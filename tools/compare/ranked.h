#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace trafrec::tools {

/// Shapes with most pairs first.
template <typename Counts>
std::vector<std::pair<std::string, const Counts*>> RankedByCount(
    const std::map<std::string, Counts>& shapes) {
  std::vector<std::pair<std::string, const Counts*>> ranked;
  for (const auto& [shape, counts] : shapes) {
    ranked.emplace_back(shape, &counts);
  }
  std::ranges::stable_sort(ranked, std::greater(),
                           [](const auto& each) { return each.second->count(); });
  return ranked;
}

}  // namespace trafrec::tools
