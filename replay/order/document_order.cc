#include "replay/order/document_order.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace trafrec::order {
namespace {

/// Reads of one place that are kept one by one, before those are taken together that were answered.
constexpr size_t kReadsApart = 16;

}  // namespace

bool Precedes(const Times& a, const Times& b, TimeNs clock_error_ns) {
  if (!a.answered_at) {
    return false;
  }
  return a.clock == b.clock ? *a.answered_at <= b.began_at
                            : *a.answered_at < b.began_at - clock_error_ns;
}

void DocumentOrder::Find(const Commit& commit, const Times& times, TimeNs clock_error_ns,
                         std::vector<NodeRef>& earlier, std::vector<uint64_t>& later) const {
  const int64_t place = commit.place();
  const auto next = writes_.upper_bound(place);
  const auto previous = next == writes_.begin() ? writes_.end() : std::prev(next);
  if (previous != writes_.end()) {
    earlier.push_back(previous->second.node);
  }
  if (commit.what == Commit::What::kRead) {
    // A copy that lagged may have shown what was over: then its time counts, and not its number.
    if (next != writes_.end() && !Precedes(next->second.times, times, clock_error_ns)) {
      later.push_back(next->second.node.id);
    }
    return;
  }
  if (next != writes_.end()) {
    later.push_back(next->second.node.id);
  }
  // Earlier ones were waited for by the write before.
  const int64_t from =
      previous == writes_.end() ? std::numeric_limits<int64_t>::min() : previous->first;
  for (auto at = reads_.lower_bound(from); at != reads_.end() && at->first < place; ++at) {
    for (const Member& read : at->second.open) {
      earlier.push_back(read.node);
    }
    if (at->second.told) {
      earlier.push_back(*at->second.told);
    }
  }
  // Later ones wait for the write behind it.
  const int64_t until = next == writes_.end() ? std::numeric_limits<int64_t>::max() : next->first;
  for (auto at = reads_.upper_bound(place); at != reads_.end() && at->first <= until; ++at) {
    for (const Member& read : at->second.open) {
      if (!Precedes(read.times, times, clock_error_ns)) {
        later.push_back(read.node.id);
      }
    }
  }
}

void DocumentOrder::Add(const Commit& commit, const Times& times, NodeRef node,
                        TimeNs clock_error_ns, Graph& graph) {
  const Member member{node, times};
  if (commit.what == Commit::What::kRead) {
    AddRead(reads_[commit.place()], member, clock_error_ns, graph);
  } else {
    // Of several noops at one place the last one waits for the others.
    writes_.insert_or_assign(commit.place(), member);
  }
}

void DocumentOrder::AddRead(Readers& readers, const Member& read, TimeNs clock_error_ns,
                            Graph& graph) {
  readers.last = read.node.id;
  if (readers.open.size() >= std::max(kReadsApart, readers.fold_at)) {
    const auto is_told = [&](const Member& each) {
      return Precedes(each.times, read.times, clock_error_ns);
    };
    std::vector<NodeRef> together;
    for (const Member& each : readers.open) {
      if (is_told(each)) {
        together.push_back(each.node);
      }
    }
    if (!together.empty()) {
      if (readers.told) {
        together.push_back(*readers.told);
      }
      readers.told = graph.AddJoin(together);
      std::erase_if(readers.open, is_told);
    }
    readers.fold_at = 2 * readers.open.size();
  }
  readers.open.push_back(read);
}

void DocumentOrder::Forget(uint64_t below) {
  while (writes_.size() > 1 && writes_.begin()->second.node.id < below) {
    writes_.erase(writes_.begin());
  }
  while (!reads_.empty() && reads_.begin()->second.last < below) {
    reads_.erase(reads_.begin());
  }
}

}  // namespace trafrec::order
