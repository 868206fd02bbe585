#include "replay/order/graph.h"

#include <algorithm>
#include <set>

#include "base/check.h"

namespace trafrec::order {

uint64_t Mixed(uint64_t digest, uint64_t value) {
  // The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
  uint64_t mixed = (digest + 0x9e3779b97f4a7c15) ^ value;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

NodeRef Graph::AddOperation(uint64_t number, std::span<const NodeRef> waits_for, bool gated) {
  CHECK(number < kFirstJoin);
  return Add(number, waits_for, gated);
}

NodeRef Graph::AddJoin(std::span<const NodeRef> waits_for) {
  return Add(next_join_++, waits_for, false);
}

NodeRef Graph::Add(uint64_t id, std::span<const NodeRef> waits_for, bool gated) {
  Node& node = nodes_[id];
  node.gated = gated;
  node.waits = gated ? 1 : 0;
  // A join is known by what it stands for, an operation by its number, too.
  NodeRef ref{id, id < kFirstJoin ? Mixed(0, id) : 0};
  for (const NodeRef& each : waits_for) {
    ref.digest = Mixed(ref.digest, each.digest);
    const auto earlier = nodes_.find(each.id);
    if (earlier != nodes_.end()) {
      earlier->second.later.push_back(id);
      node.earlier.push_back(each.id);
      ++node.waits;
    }
  }
  if (node.waits == 0) {
    LetGo(id);
  }
  return ref;
}

bool Graph::AddEdge(uint64_t earlier, uint64_t later) {
  const auto from = nodes_.find(earlier);
  const auto to = nodes_.find(later);
  if (from == nodes_.end()) {
    return true;
  }
  if (to == nodes_.end() || to->second.taken || to->second.waits == 0) {
    return false;
  }
  from->second.later.push_back(later);
  to->second.earlier.push_back(earlier);
  ++to->second.waits;
  return true;
}

void Graph::Open(uint64_t number) {
  const auto found = nodes_.find(number);
  if (found != nodes_.end() && found->second.gated) {
    found->second.gated = false;
    if (--found->second.waits == 0) {
      LetGo(number);
    }
  }
}

/// It waits for nothing any more: an operation can be taken; a join has ended, and so perhaps have
/// the joins behind it.
void Graph::LetGo(uint64_t id) {
  std::vector<uint64_t> free{id};
  while (!free.empty()) {
    const uint64_t each = free.back();
    free.pop_back();
    if (each < kFirstJoin) {
      if (!nodes_.at(each).taken) {
        ready_.push(each);
      }
      continue;
    }
    const auto join = nodes_.find(each);
    for (const uint64_t later : join->second.later) {
      if (--nodes_.at(later).waits == 0) {
        free.push_back(later);
      }
    }
    nodes_.erase(join);
  }
}

std::optional<uint64_t> Graph::Take() {
  while (!ready_.empty()) {
    const uint64_t number = ready_.top();
    ready_.pop();
    const auto found = nodes_.find(number);
    if (found != nodes_.end() && !found->second.taken) {
      found->second.taken = true;
      return number;
    }
  }
  return std::nullopt;
}

bool Graph::Force(uint64_t number) {
  const auto found = nodes_.find(number);
  const bool waits = found != nodes_.end() && !found->second.taken && found->second.waits > 0;
  if (waits) {
    ready_.push(number);
  }
  return waits;
}

void Graph::End(uint64_t number) {
  const auto found = nodes_.find(number);
  CHECK(found != nodes_.end() && found->second.taken);
  // Forced, it may still be waited upon by those that it should have waited for.
  for (const uint64_t earlier : found->second.earlier) {
    const auto before = nodes_.find(earlier);
    if (found->second.waits > 0 && before != nodes_.end()) {
      std::erase(before->second.later, number);
    }
  }
  const std::vector<uint64_t> later = std::move(found->second.later);
  nodes_.erase(found);
  for (const uint64_t each : later) {
    if (--nodes_.at(each).waits == 0) {
      LetGo(each);
    }
  }
}

std::vector<uint64_t> Graph::WaitsFor(uint64_t number) const {
  std::set<uint64_t> operations;
  std::set<uint64_t> joins;
  std::vector<uint64_t> left{number};
  while (!left.empty()) {
    const auto found = nodes_.find(left.back());
    left.pop_back();
    if (found == nodes_.end()) {
      continue;
    }
    for (const uint64_t earlier : found->second.earlier) {
      if (!nodes_.contains(earlier)) {
        continue;
      }
      if (earlier < kFirstJoin) {
        operations.insert(earlier);
      } else if (joins.insert(earlier).second) {
        left.push_back(earlier);
      }
    }
  }
  return {operations.begin(), operations.end()};
}

}  // namespace trafrec::order
