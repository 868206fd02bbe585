#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tools/json_object.h"
#include "tools/terminal.h"

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

/// Lines of a table, `line(counts, name)` each: all together, unless there is but one shape, and
/// the `top` shapes.
template <typename Counts, typename Line>
std::string RankedLines(const Counts& all, const std::map<std::string, Counts>& shapes, size_t top,
                        const Line& line) {
  const auto ranked = RankedByCount(shapes);
  std::string out = ranked.size() != 1 || top == 0 ? line(all, "all") : std::string();
  for (size_t i = 0; i < std::min(top, ranked.size()); ++i) {
    out += line(*ranked[i].second, EscapeForTerminal(ranked[i].first));
  }
  return out;
}

/// The member "shapes" of a JSON object: for each its name, and what `append` says of its counts.
template <typename Counts, typename Append>
void AppendShapes(JsonAppender& json, const std::map<std::string, Counts>& shapes,
                  const Append& append) {
  json.Open("shapes", '[');
  for (const auto& [shape, counts] : RankedByCount(shapes)) {
    json.Open('{');
    json.Bytes("shape", shape);
    append(json, *counts);
    json.Close('}');
  }
  json.Close(']');
}

}  // namespace trafrec::tools
