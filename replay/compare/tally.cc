#include "replay/compare/tally.h"

#include <algorithm>
#include <set>

#include "replay/compare/limits.h"
#include "replay/json/json_pointer.h"

namespace trafrec::compare {
std::string FoldedPlace(const Difference& difference) {
  std::string place;
  for (const std::string& token : json::TokensOf(PointerOf(difference))) {
    json::AppendToken(place, IsElement(token) ? "*" : token);
  }
  return place;
}

void Tally::Add(const Compared& pair) {
  ++compared_;
  latencies_.Add(pair.shape, pair.times);
  sizes_.Add(pair.shape, pair.sizes);
  bool differs = pair.differences.more > 0;
  bool explained = !differs;
  std::set<std::string_view> with;
  std::set<GroupKey> counted;  // an exchange counts once in a group
  for (const Difference& each : pair.differences.found) {
    if (each.rule) {
      ++hidden_[*each.rule];
      continue;
    }
    differs = true;
    if (each.known == nullptr) {
      explained = false;
      with.insert("unexplained");
    }
    with.insert(NameOf(each.part == Part::kLine ? Part::kBody : each.part));
    with.insert(NameOf(each.kind));
    std::string place = FoldedPlace(each);
    if (counted.emplace(pair.shape, each.part, each.kind, place, each.known).second &&
        !AddToGroup(pair, each, std::move(place))) {
      ++ungrouped_;
    }
  }
  ungrouped_ += pair.differences.more;
  redacted_ += pair.differences.redacted;
  if (!pair.differences.as_text.empty() && as_text_.pairs++ == 0) {
    as_text_.first = pair.source;
    as_text_.why = pair.differences.as_text;
  }
  differing_ += differs ? 1 : 0;
  unexplained_ += explained ? 0 : 1;
  const bool known = shapes_.contains(pair.shape);
  ShapeCount& count = shapes_[known || shapes_.size() < limits::kGroups ? pair.shape : "others"];
  ++count.compared;
  count.differing += differs ? 1 : 0;
  count.sizes.source += pair.sizes.source;
  count.sizes.target += pair.sizes.target;
  for (const std::string_view name : with) {
    ++count.with[std::string(name)];
  }
}

bool Tally::AddToGroup(const Compared& pair, const Difference& difference, std::string place) {
  const GroupKey key(pair.shape, difference.part, difference.kind, place, difference.known);
  if (groups_.size() == limits::kGroups && !groups_.contains(key)) {
    return false;
  }
  Group& group = groups_[key];
  if (group.exchanges++ == 0) {
    group.shape = pair.shape;
    group.part = difference.part;
    group.kind = difference.kind;
    group.place = std::move(place);
    group.first_source = pair.source;
    group.first_result = pair.result;
    group.first = difference;
  } else if (group.others.size() + 1 < limits::kSamples) {
    group.others.emplace_back(pair.source, pair.result);
  }
  return true;
}

std::vector<Group> Tally::Groups() const {
  std::vector<Group> groups;
  for (const auto& [key, group] : groups_) {
    groups.push_back(group);
  }
  std::ranges::stable_sort(groups, std::greater(), &Group::exchanges);
  return groups;
}

std::vector<ShapeCount> Tally::Shapes() const {
  std::vector<ShapeCount> shapes;
  for (const auto& [shape, count] : shapes_) {
    shapes.push_back(count);
    shapes.back().shape = shape;
  }
  std::ranges::stable_sort(shapes, [](const ShapeCount& a, const ShapeCount& b) {
    return std::pair(a.differing, a.compared) > std::pair(b.differing, b.compared);
  });
  return shapes;
}

}  // namespace trafrec::compare
