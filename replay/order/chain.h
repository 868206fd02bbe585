#pragma once

#include <functional>
#include <optional>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

#include "base/time.h"
#include "replay/order/graph.h"

namespace trafrec::order {

/// Operations of one kind on one place, in the order of their answers. Whoever began after some of
/// these answers waits for one node, which stands for all of them.
class Chain {
 public:
  void Add(TimeNs answered_at, NodeRef operation) {
    const Entry entry(answered_at, operation.id, operation.digest);
    if (!alone_ && waiting_.empty()) {
      alone_ = entry;
    } else {
      waiting_.push(entry);
    }
  }

  size_t waiting() const { return waiting_.size() + (alone_ ? 1 : 0); }

  /// A node that ends when all have ended that were answered by `time`; nothing if there is none.
  /// An earlier `time` than the last one counts as the last one.
  std::optional<NodeRef> Through(TimeNs time, Graph& graph) {
    if (alone_ && !waiting_.empty()) {
      waiting_.push(*std::exchange(alone_, std::nullopt));
    }
    std::vector<NodeRef> new_ones;
    if (alone_ && std::get<0>(*alone_) <= time) {
      new_ones.push_back({std::get<1>(*alone_), std::get<2>(*alone_)});
      alone_.reset();
    }
    while (!waiting_.empty() && std::get<0>(waiting_.top()) <= time) {
      new_ones.push_back({std::get<1>(waiting_.top()), std::get<2>(waiting_.top())});
      waiting_.pop();
    }
    if (new_ones.empty()) {
      return end_;
    }
    if (end_) {
      new_ones.push_back(*end_);
    }
    end_ = new_ones.size() == 1 ? new_ones.front() : graph.AddJoin(new_ones);
    return end_;
  }

 private:
  using Entry = std::tuple<TimeNs, uint64_t, uint64_t>;

  std::optional<Entry> alone_;  ///< most places have one: it takes no memory of its own
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> waiting_;
  std::optional<NodeRef> end_;
};

}  // namespace trafrec::order
