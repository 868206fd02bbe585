#include "replay/order/graph.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_set>

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

Graph::Node& Graph::Make(uint64_t id) {
  if (id >= kFirstJoin) {
    return joins_[id];
  }
  if (operations_.empty()) {
    first_ = id;
  }
  CHECK(id == first_ + operations_.size());
  return operations_.emplace_back();
}

template <typename Self>
auto Graph::FindIn(Self& self, uint64_t id) -> decltype(&self.operations_.front()) {
  if (id >= kFirstJoin) {
    const auto join = self.joins_.find(id);
    return join == self.joins_.end() ? nullptr : &join->second;
  }
  if (id < self.first_ || id - self.first_ >= self.operations_.size()) {
    return nullptr;
  }
  auto& node = self.operations_[id - self.first_];
  return node.there ? &node : nullptr;
}

Graph::Node* Graph::Find(uint64_t id) { return FindIn(*this, id); }
const Graph::Node* Graph::Find(uint64_t id) const { return FindIn(*this, id); }

void Graph::Forget(uint64_t operation) {
  operations_[operation - first_] = {.there = false};
  while (!operations_.empty() && !operations_.front().there) {
    operations_.pop_front();
    ++first_;
  }
}

NodeRef Graph::Add(uint64_t id, std::span<const NodeRef> waits_for, bool gated) {
  Node& node = Make(id);
  node.gated = gated;
  node.waits = gated ? 1 : 0;
  // A join is known by what it stands for, an operation by its number, too.
  NodeRef ref{id, id < kFirstJoin ? Mixed(0, id) : 0};
  for (const NodeRef& each : waits_for) {
    ref.digest = Mixed(ref.digest, each.digest);
    if (Node* const earlier = Find(each.id)) {
      earlier->later.push_back(id);
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
  Node* const from = Find(earlier);
  Node* const to = Find(later);
  if (from == nullptr) {
    return true;
  }
  if (to == nullptr || to->taken || to->waits == 0) {
    return false;
  }
  from->later.push_back(later);
  to->earlier.push_back(earlier);
  ++to->waits;
  return true;
}

void Graph::Open(uint64_t number) {
  Node* const found = Find(number);
  if (found != nullptr && found->gated) {
    found->gated = false;
    if (--found->waits == 0) {
      LetGo(number);
    }
  }
}

/// It waits for nothing any more: an operation can be taken; a join has ended, and so perhaps have
/// the joins behind it.
void Graph::LetGo(uint64_t id) {
  if (id < kFirstJoin) {
    if (!Find(id)->taken) {
      ready_.push(id);
    }
    return;
  }
  std::vector<uint64_t> free{id};
  while (!free.empty()) {
    const uint64_t each = free.back();
    free.pop_back();
    if (each < kFirstJoin) {
      if (!Find(each)->taken) {
        ready_.push(each);
      }
      continue;
    }
    const auto join = joins_.find(each);
    for (const uint64_t later : join->second.later) {
      if (--Find(later)->waits == 0) {
        free.push_back(later);
      }
    }
    joins_.erase(join);
  }
}

std::optional<uint64_t> Graph::Take() {
  while (!ready_.empty()) {
    const uint64_t number = ready_.top();
    ready_.pop();
    Node* const found = Find(number);
    if (found != nullptr && !found->taken) {
      found->taken = true;
      return number;
    }
  }
  return std::nullopt;
}

bool Graph::Force(uint64_t number) {
  const Node* const found = Find(number);
  const bool waits = found != nullptr && !found->taken && found->waits > 0;
  if (waits) {
    ready_.push(number);
  }
  return waits;
}

void Graph::End(uint64_t number) {
  Node* const found = Find(number);
  CHECK(found != nullptr && found->taken);
  // Forced, it may still be waited upon by those that it should have waited for.
  for (const uint64_t earlier : found->earlier) {
    Node* const before = Find(earlier);
    if (found->waits > 0 && before != nullptr) {
      std::erase(before->later, number);
    }
  }
  const std::vector<uint64_t> later = std::move(found->later);
  Forget(number);
  for (const uint64_t each : later) {
    if (--Find(each)->waits == 0) {
      LetGo(each);
    }
  }
}

bool Graph::Reaches(std::span<const uint64_t> from, uint64_t to) const {
  std::vector<uint64_t> left(from.begin(), from.end());
  std::unordered_set<uint64_t> seen(from.begin(), from.end());
  while (!left.empty()) {
    const uint64_t each = left.back();
    left.pop_back();
    if (each == to || seen.size() > kLook) {
      return true;
    }
    if (const Node* const found = Find(each)) {
      std::ranges::copy_if(found->later, std::back_inserter(left),
                           [&](uint64_t later) { return seen.insert(later).second; });
    }
  }
  return false;
}

std::vector<uint64_t> Graph::WaitsFor(uint64_t number) const {
  std::set<uint64_t> operations;
  std::set<uint64_t> joins;
  std::vector<uint64_t> left{number};
  while (!left.empty()) {
    const Node* const found = Find(left.back());
    left.pop_back();
    if (found == nullptr) {
      continue;
    }
    for (const uint64_t earlier : found->earlier) {
      if (Find(earlier) == nullptr) {
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
