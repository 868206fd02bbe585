// The network: the numbers that no answer names, and what may have taken them.
//
// A by-query request takes as many numbers as its index has documents, and all of them at one time.
// Numbers that the same operations may have taken are alike: in a history in which two of them have
// changed places, the same was committed. So they are one node, which holds as many, and a network
// is as large as what ran in its time, and not as what that wrote. Which of them are alike is known
// once all who may have taken some are: each of these may have taken numbers that follow each
// other, and they are told apart where the numbers of one of these begin or end. A number that can
// only be of a version that was seen is a node by itself.

#include <algorithm>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "reconcile/model/index_model.h"

namespace trafrec::reconcile {
namespace {

constexpr int32_t kAny = FlowNetwork::kUnbounded;

/// Those that were taken within `ran`, between two numbers, both excluded. Both bounds of their
/// times grow with the numbers, so that they are neighbours.
std::span<const Hole> Between(std::span<const Hole> holes, const Span& ran, int64_t above,
                              int64_t below) {
  const auto first = std::max(std::ranges::upper_bound(holes, above, {}, &Hole::seq_no),
                              std::ranges::partition_point(holes, [&](const Hole& hole) {
                                return hole.ran.until < ran.from;
                              }));
  const auto end = std::min(std::ranges::lower_bound(holes, below, {}, &Hole::seq_no),
                            std::ranges::partition_point(holes, [&](const Hole& hole) {
                              return hole.ran.from <= ran.until;
                            }));
  return first < end ? std::span(first, end) : std::span<const Hole>();
}

}  // namespace

void IndexModel::AddShards() {
  for (const Shard& shard : index_.shards) {
    ShardNodes& nodes = shards_.emplace_back();
    const Window& window = index_.window;
    const auto first = std::ranges::partition_point(
        shard.holes, [&](const Hole& hole) { return hole.ran.from < window.seen.from; });
    const auto end = std::find_if_not(first, shard.holes.end(),
                                      [&](const Hole& hole) { return window.Holds(hole.ran); });
    nodes.holes = std::span(first, end);
    nodes.lowest = shard.lowest;
    nodes.below_until = shard.below_until;
    if (nodes.lowest > 0) {
      nodes.below = network_.AddNode();
      network_.AddEdge(nodes.below, hub_, 0, kAny);
    }
    if (nodes.holes.size() < shard.holes.size()) {
      nodes.outside = network_.AddNode();
      network_.AddEdge(*nodes.outside, hub_, 0, kAny);
    }
    nodes.above = network_.AddNode();
    nodes.above_from = shard.above_from;
    if (shard.has_journal() && shard.journal_last >= shard.highest) {
      nodes.above_after =
          assumptions_.late ? std::numeric_limits<TimeNs>::max() : shard.journal_until;
    }
    network_.AddEdge(nodes.above, hub_, 0, kAny);
  }
}

/// A version for which there is but one number: only what made it took that one. Beyond those that
/// the log shows there may be others.
void IndexModel::Pin(const Slot& slot, uint32_t shard) {
  if (slot.above < index_.shards[shard].lowest - 1 ||
      slot.below == std::numeric_limits<int64_t>::max()) {
    return;
  }
  const std::span<const Hole> all = Between(index_.shards[shard].holes, {}, slot.above, slot.below);
  if (all.size() == 1) {
    shards_[shard].pinned[all.front().seq_no] = &slot;
  }
}

/// Whether it may have taken a number that is not in the window.
bool IndexModel::ReachesOutside(uint32_t number, const Taker& taker) const {
  const std::span<const Hole> all =
      Between(index_.shards[number].holes, taker.ran, taker.above, taker.below);
  const std::span<const Hole>& here = shards_[number].holes;
  return !all.empty() && (here.empty() || all.front().seq_no < here.front().seq_no ||
                          all.back().seq_no > here.back().seq_no);
}

/// From an operation to the numbers that it may have taken.
void IndexModel::AddNumbers(Node from, uint32_t number, const Taker& taker) {
  ShardNodes& shard = shards_[number];
  if (told_apart_) {
    TakeNumbers(from, number, taker);
  } else {
    shard.takers.emplace_back(from, taker);
  }
  // No number lies above the highest: nothing is added to it, for it is what "none" is.
  if (taker.ran.from <= shard.below_until &&
      taker.above < std::min(shard.lowest, taker.below) - 1) {
    network_.AddEdge(from, shard.below, 0, taker.above_most);
  }
  if (taker.ran.until >= shard.above_from && taker.ran.until > shard.above_after &&
      taker.below == std::numeric_limits<int64_t>::max()) {
    network_.AddEdge(from, shard.above, 0, taker.above_most);
  }
  if (shard.outside && ReachesOutside(number, taker)) {
    network_.AddEdge(from, *shard.outside, 0, taker.above_most);
  }
}

/// Once all takers are known. One that comes later may have taken any number.
void IndexModel::TellNumbersApart() {
  told_apart_ = true;
  for (uint32_t shard = 0; shard < shards_.size(); ++shard) {
    TellNumbersApart(shard);
  }
}

void IndexModel::TellNumbersApart(uint32_t number) {
  ShardNodes& shard = shards_[number];
  const Hole* const begin = shard.holes.data();
  std::vector<size_t> cuts{0, shard.holes.size()};
  const auto cut_around = [&](std::span<const Hole> holes) {
    cuts.push_back(static_cast<size_t>(holes.data() - begin));
    cuts.push_back(cuts.back() + holes.size());
  };
  for (const auto& [node, taker] : shard.takers) {
    const auto holes = Between(shard.holes, taker.ran, taker.above, taker.below);
    if (!holes.empty()) {
      cut_around(holes);
    }
  }
  for (const Hole& hole : shard.holes) {
    if (hole.ran.empty() || shard.pinned.contains(hole.seq_no)) {
      cut_around({&hole, 1});
    }
  }
  std::ranges::sort(cuts);
  cuts.erase(std::ranges::unique(cuts).begin(), cuts.end());
  for (size_t i = 0; i + 1 < cuts.size(); ++i) {
    const std::span<const Hole> holes = shard.holes.subspan(cuts[i], cuts[i + 1] - cuts[i]);
    const auto slot = shard.pinned.find(holes.front().seq_no);
    const auto many = static_cast<int32_t>(holes.size());
    shard.numbers.push_back({.holes = holes,
                             .node = network_.AddNode(),
                             .slot = slot == shard.pinned.end() ? nullptr : slot->second});
    network_.AddEdge(shard.numbers.back().node, hub_, many, many);
  }
  for (const auto& [node, taker] : std::exchange(shard.takers, {})) {
    TakeNumbers(node, number, taker);
  }
}

/// Edges to the nodes of all of them.
void IndexModel::TakeNumbers(Node from, uint32_t number, const Taker& taker) {
  ShardNodes& shard = shards_[number];
  const auto holes = Between(shard.holes, taker.ran, taker.above, taker.below);
  if (holes.empty()) {
    return;
  }
  const auto first_of = [](const NumbersNode& node) { return node.holes.front().seq_no; };
  for (auto at = std::ranges::lower_bound(shard.numbers, holes.front().seq_no, {}, first_of);
       at != shard.numbers.end() && first_of(*at) <= holes.back().seq_no; ++at) {
    const bool may_make = at->slot == nullptr || !taker.may_make || taker.may_make(*at->slot);
    if (!at->holes.front().ran.Meets(taker.ran) || !may_make) {
      continue;
    }
    const Edge edge = network_.AddEdge(from, at->node, 0, static_cast<int32_t>(at->holes.size()));
    if (taker.recorded) {
      at->known.push_back(edge);
    }
    if (taker.asked != nullptr) {
      taker.asked->numbers.push_back({edge, {number, first_of(*at)}});
    }
  }
}

/// Of those that are alike each taker has as many as flow to it, one taker after the other.
IndexModel::Number IndexModel::NumberOn(Edge edge, const Number& first) const {
  const std::vector<NumbersNode>& nodes = shards_[first.first].numbers;
  const auto node = std::ranges::lower_bound(
      nodes, first.second, {}, [](const NumbersNode& each) { return each.holes.front().seq_no; });
  size_t before = 0;
  for (const Edge other : node->known) {
    if (other == edge) {
      break;
    }
    before += static_cast<size_t>(network_.flow(other));
  }
  return {first.first, node->holes[before].seq_no};
}

std::vector<Hole> IndexModel::Unexplained(uint32_t shard) const {
  std::vector<Hole> holes;
  for (const NumbersNode& node : shards_[shard].numbers) {
    const bool explained = std::ranges::any_of(
        node.known, [&](Edge edge) { return network_.flow(edge) > 0 || !network_.IsFixed(edge); });
    if (!explained) {
      holes.insert(holes.end(), node.holes.begin(), node.holes.end());
    }
  }
  return holes;
}

}  // namespace trafrec::reconcile
