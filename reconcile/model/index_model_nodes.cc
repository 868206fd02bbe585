// The network: who may have taken which number, and whose document that may have been.

#include "reconcile/model/index_model.h"

#include <algorithm>
#include <utility>

#include "reconcile/model/accounts.h"
#include "replay/dialect/key.h"

namespace trafrec::reconcile {
namespace {

constexpr int32_t kAny = FlowNetwork::kUnbounded;

}  // namespace

IndexModel::IndexModel(const History& history, const IndexHistory& index,
                       const Assumptions& assumptions, bool unrecorded)
    : history_(history),
      index_(index),
      rules_(history, index, assumptions),
      assumptions_(assumptions),
      accounted_(AccountedSlots(history, index, rules_, false)),
      claimed_(assumptions.apart ? AccountedSlots(history, index, rules_, true) : accounted_),
      unrecorded_(unrecorded) {
  hub_ = network_.AddHub();
  const OpenRequest* last = nullptr;
  for (const size_t question : index_.questions) {
    const OpenRequest& request = history_.requests[history_.questions[question].request];
    if (&request != last) {
      requests_.push_back(&request);
    }
    last = &request;
  }
  AddShards();
  AddSlots();
  AddQuestions();
  AddByQuery();
  AddRefused();
  AddHardToIndex();
  AddLoose();
  for (const LostTraffic& lost : history_.lost) {
    if (index_.MayHold(lost)) {
      AddLost(lost, std::nullopt);
    }
  }
  for (uint32_t shard = 0; shard < index_.shards.size(); ++shard) {
    for (const Span& term : index_.shards[shard].new_terms) {
      AddNewTerm(term, shard);
    }
  }
}

void IndexModel::AddShards() {
  for (const Shard& shard : index_.shards) {
    ShardNodes& nodes = shards_.emplace_back();
    // Both bounds of their windows grow with the numbers, so that these are neighbours.
    const auto is_before = [&](const Hole& hole) {
      return hole.ran.from < index_.window.seen.from;
    };
    nodes.first = static_cast<size_t>(std::ranges::partition_point(shard.holes, is_before) -
                                      shard.holes.begin());
    for (size_t i = nodes.first; i < shard.holes.size() && index_.window.Holds(shard.holes[i].ran);
         ++i) {
      nodes.holes.push_back({.hole = shard.holes[i], .node = network_.AddNode()});
      network_.AddEdge(nodes.holes.back().node, hub_, 1, 1);
    }
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
    if (shard.journal_last >= shard.highest) {
      nodes.above_after =
          assumptions_.late ? std::numeric_limits<TimeNs>::max() : shard.journal_until;
    }
    network_.AddEdge(nodes.above, hub_, 0, kAny);
  }
}

/// Stretches that hold something for certain, and all of the documents in question. Of other
/// documents those that are in the window, so that whoever may have made them is here.
void IndexModel::AddSlots() {
  slots_.resize(index_.shards.size());
  for (const Document& document : index_.documents) {
    ShardSlots& slots = slots_[document.shard];
    slots_of_.emplace_back(slots.nodes.size(), slots.nodes.size());
    for (const Slot& slot : document.slots) {
      if (!document.questions.empty() || (slot.least > 0 && index_.window.Holds(slot.ran))) {
        const Node node = network_.AddNode();
        network_.AddEdge(hub_, node, slot.least, slot.most);
        if (slot.least > 0) {
          slots.forced.push_back(slots.nodes.size());
        }
        slots.nodes.push_back({&slot, node});
        if (slot.least == 1 && slot.most == 1) {
          Pin(slot, document.shard);
        }
      }
    }
    slots_of_.back().second = slots.nodes.size();
  }
  for (ShardSlots& slots : slots_) {
    std::vector<Span> spans;
    for (const size_t forced : slots.forced) {
      spans.push_back(slots.nodes[forced].slot->ran);
    }
    slots.forced_times = Timeline(spans);
  }
}

/// A version for which there is but one number: only what made it took that one. Beyond those that
/// the log shows there may be others.
void IndexModel::Pin(const Slot& slot, uint32_t shard) {
  if (slot.above < index_.shards[shard].lowest - 1 ||
      slot.below == std::numeric_limits<int64_t>::max()) {
    return;
  }
  const std::vector<Hole>& all = index_.shards[shard].holes;
  const auto hole = std::ranges::upper_bound(all, slot.above, {}, &Hole::seq_no);
  const auto end = std::ranges::lower_bound(hole, all.end(), slot.below, {}, &Hole::seq_no);
  // Those before the window wrap around, and are beyond all of its own.
  const size_t at = static_cast<size_t>(hole - all.begin()) - shards_[shard].first;
  if (end - hole == 1 && at < shards_[shard].holes.size()) {
    shards_[shard].holes[at].slot = &slot;
  }
}

/// Whether it may have taken a number that is not in the window. Those that it may have taken are
/// neighbours.
bool IndexModel::ReachesOutside(uint32_t number, const Taker& taker) const {
  const ShardNodes& shard = shards_[number];
  const std::vector<Hole>& all = index_.shards[number].holes;
  const auto first = std::max(std::ranges::upper_bound(all, taker.above, {}, &Hole::seq_no),
                              std::ranges::partition_point(all, [&](const Hole& hole) {
                                return hole.ran.until < taker.ran.from;
                              }));
  const auto end = std::min(std::ranges::lower_bound(all, taker.below, {}, &Hole::seq_no),
                            std::ranges::partition_point(all, [&](const Hole& hole) {
                              return hole.ran.from <= taker.ran.until;
                            }));
  const auto here = all.begin() + static_cast<ptrdiff_t>(shard.first);
  return first < end && (first < here || end > here + static_cast<ptrdiff_t>(shard.holes.size()));
}

/// Edges from an operation to the numbers that it may have taken.
void IndexModel::AddNumbers(Node from, uint32_t number, const Taker& taker) {
  ShardNodes& shard = shards_[number];
  const auto above = std::ranges::upper_bound(
      shard.holes, taker.above, {}, [](const HoleNode& node) { return node.hole.seq_no; });
  // Both bounds of their windows grow with the numbers.
  const auto first =
      std::ranges::lower_bound(above, shard.holes.end(), taker.ran.from, {},
                               [](const HoleNode& node) { return node.hole.ran.until; });
  for (auto at = first; at != shard.holes.end() && at->hole.seq_no < taker.below &&
                        at->hole.ran.from <= taker.ran.until;
       ++at) {
    const bool may_make = at->slot == nullptr || !taker.may_make || taker.may_make(*at->slot);
    if (!at->hole.ran.Meets(taker.ran) || !may_make) {
      continue;
    }
    const Edge edge = network_.AddEdge(from, at->node, 0, 1);
    if (taker.recorded) {
      at->known.push_back(edge);
    }
    if (taker.asked != nullptr) {
      taker.asked->numbers.push_back({edge, {number, at->hole.seq_no}});
    }
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

void IndexModel::AddQuestions() {
  for (const Document& document : index_.documents) {
    for (const size_t number : document.questions) {
      const Question& question = history_.questions[number];
      Asked& asked = asked_[number];
      const Node in = network_.AddNode();
      const Node out = network_.AddNode();
      asked.question = number;
      asked.edge = network_.AddEdge(in, out, question.done() ? 1 : 0, 1);
      int64_t above = std::numeric_limits<int64_t>::max();
      int64_t below = -1;
      const auto& [begin, end] = slots_of_[static_cast<size_t>(&document - &index_.documents[0])];
      for (size_t i = begin; i < end; ++i) {
        const SlotNode& slot = slots_[document.shard].nodes[i];
        if (rules_.MayRun(number, *slot.slot)) {
          network_.AddEdge(slot.node, in, 0, 1);
          above = std::min(above, slot.slot->above);
          below = std::max(below, slot.slot->below);
        }
      }
      AddNumbers(out, document.shard,
                 {.ran = rules_.RunOf(question),
                  .above = above,
                  .below = below,
                  .above_most = 1,
                  .may_make =
                      [&](const Slot& slot) {
                        return &index_.documents[slot.document] == &document &&
                               rules_.MayRun(number, slot);
                      },
                  .asked = &asked});
    }
  }
  for (const size_t number : index_.questions) {
    const Question& question = history_.questions[number];
    if (!asked_.contains(number)) {
      Asked& asked = asked_[number];
      asked.question = number;
      const Node in = network_.AddNode();
      const Node out = network_.AddNode();
      asked.edge = network_.AddEdge(in, out, question.done() ? 1 : 0, 1);
      AddAutomatic(asked, in);
      for (uint32_t shard = 0; shard < shards_.size(); ++shard) {
        AddNumbers(out, shard,
                   {.ran = rules_.RunOf(question),
                    .above_most = 1,
                    .may_make = [&](const Slot& slot) { return rules_.MayBeNew(question, slot); },
                    .asked = &asked});
      }
    }
  }
}

/// A document whose id nobody saw being given may be one that only reads show.
void IndexModel::AddAutomatic(Asked& asked, Node in) {
  const Question& question = history_.questions[asked.question];
  network_.AddEdge(hub_, in, 0, 1);
  for (uint32_t shard = 0; shard < slots_.size(); ++shard) {
    EachForced(shard, rules_.RunOf(question), [&](const SlotNode& node) {
      if (rules_.MayBeNew(question, *node.slot)) {
        network_.AddEdge(node.node, in, 0, 1);
      }
    });
  }
}

}  // namespace trafrec::reconcile
