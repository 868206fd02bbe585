// The network: who may have taken which number, and whose document that may have been.

#include "reconcile/model/index_model.h"

#include <algorithm>
#include <utility>

#include "reconcile/model/accounts.h"
#include "replay/dialect/key.h"

namespace trafrec::reconcile {
namespace {

constexpr int32_t kAny = FlowNetwork::kUnbounded;
bool NoVersion(const Slot& /*slot*/) { return false; }

}  // namespace

IndexModel::IndexModel(const History& history, const IndexHistory& index,
                       const Assumptions& assumptions)
    : history_(history),
      index_(index),
      rules_(history, index, assumptions),
      assumptions_(assumptions),
      accounted_(AccountedSlots(history, index, rules_, false)),
      claimed_(assumptions.apart ? AccountedSlots(history, index, rules_, true) : accounted_) {
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
    for (const Hole& hole : shard.holes) {
      nodes.holes.push_back({.hole = hole, .node = network_.AddNode()});
      network_.AddEdge(nodes.holes.back().node, hub_, 1, 1);
    }
    nodes.lowest = shard.lowest;
    nodes.below_until = shard.below_until;
    if (nodes.lowest > 0) {
      nodes.below = network_.AddNode();
      network_.AddEdge(nodes.below, hub_, 0, kAny);
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

/// Stretches that hold something for certain, and all of the documents in question.
void IndexModel::AddSlots() {
  slots_.resize(index_.shards.size());
  for (const Document& document : index_.documents) {
    ShardSlots& slots = slots_[document.shard];
    slots_of_.emplace_back(slots.nodes.size(), slots.nodes.size());
    for (const Slot& slot : document.slots) {
      if (slot.least > 0 || !document.questions.empty()) {
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

/// Stretches that hold something for certain, and may have been in that time. All others are left
/// to who may have written any number of any documents: what takes nothing from a stretch that
/// needs nothing takes it from the hub.
template <typename Take>
void IndexModel::EachForced(uint32_t shard, const Span& ran, const Take& take) const {
  const ShardSlots& slots = slots_[shard];
  for (const size_t forced : slots.forced_times.Meeting(ran)) {
    take(slots.nodes[slots.forced[forced]]);
  }
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

/// How many documents that have no node in the network it may have found: those that answers name,
/// and those that nobody saw being made.
int32_t IndexModel::OthersFoundBy(const ByQueryRun& run) const {
  // Of a long log not all documents are known.
  if (!index_.made_in_log || run.makes || history_.long_log) {
    return kAny;
  }
  int64_t found = 0;
  for (const LostTraffic& lost : history_.lost) {
    if (lost.ran.from <= run.ran.until && index_.MayHold(lost)) {
      if (!lost.most) {
        return kAny;
      }
      found += *lost.most;
    }
  }
  for (const ByQueryRun& other : history_.by_query) {
    if (other.makes && other.ran.from <= run.ran.until && Reaches(history_, other, index_)) {
      return kAny;
    }
  }
  for (const size_t question : index_.questions) {
    found += history_.questions[question].automatic_id ? 1 : 0;
  }
  for (const Document& document : index_.documents) {
    const bool has_node = !document.questions.empty();
    for (const Slot& slot : document.slots) {
      if (!has_node && slot.least == 0 && rules_.MayRun(run, slot)) {
        ++found;
        break;
      }
    }
  }
  return static_cast<int32_t>(std::min<int64_t>(found, kAny));
}

void IndexModel::AddByQuery() {
  for (const ByQueryRun& run : history_.by_query) {
    const bool refused = run.request && history_.requests[*run.request].wire != WireProof::kNone;
    if (!Reaches(history_, run, index_) || run.writes == 0 || refused) {
      continue;
    }
    const int32_t others = OthersFoundBy(run);
    const int32_t most =
        run.writes ? static_cast<int32_t>(std::min<int64_t>(*run.writes, kAny)) : kAny;
    // All of its numbers are this index's, if it names no other.
    const bool whole = run.writes && run.indices.size() == 1 &&
                       history_.IndexBehind(run.indices.front()) == index_.name;
    const Node in = network_.AddNode();
    const Node out = network_.AddNode();
    const Edge edge = network_.AddEdge(in, out, whole ? most : 0, most);
    if (run.request) {
      runs_[static_cast<size_t>(&run - history_.by_query.data())] = {.edge = edge, .most = most};
    }
    network_.AddEdge(hub_, in, 0, others);
    for (uint32_t shard = 0; shard < shards_.size(); ++shard) {
      AddFound(run, shard, in, others != kAny);
      AddNumbers(out, shard, {.ran = run.ran, .may_make = [&](const Slot& slot) {
                                return rules_.MayRun(run, slot);
                              }});
    }
  }
}

/// `counted`: documents that have no stretch here are not more than are known.
void IndexModel::AddFound(const ByQueryRun& run, uint32_t shard, Node in, bool counted) {
  const auto add = [&](const SlotNode& slot) {
    if (rules_.MayRun(run, *slot.slot)) {
      network_.AddEdge(slot.node, in, 0, 1);
    }
  };
  if (counted) {
    std::ranges::for_each(slots_[shard].nodes, add);
  } else {
    EachForced(shard, run.ran, add);
  }
}

void IndexModel::AddRefused() {
  for (const Write& refused : history_.refused) {
    const DocumentName& document = refused.document;  // without an id: of any shard
    if (history_.IndexBehind(document.index) != index_.name) {
      continue;
    }
    const auto only =
        document.id.empty() ? std::nullopt : ShardOf(index_.routing, document.id, document.routing);
    const Node node = network_.AddNode();
    network_.AddEdge(hub_, node, 0, 1);
    for (uint32_t shard = 0; shard < shards_.size(); ++shard) {
      if (!only || *only == shard) {
        AddNumbers(node, shard, {.ran = refused.ran, .above_most = 1, .may_make = NoVersion});
      }
    }
  }
}

/// A document that Lucene refused took a number, and its question none.
void IndexModel::AddHardToIndex() {
  for (const size_t number : index_.questions) {
    const Question& question = history_.questions[number];
    if (!question.hard_to_index) {
      continue;
    }
    const Document* document = DocumentOf(index_, number);
    const Node node = network_.AddNode();
    network_.AddEdge(hub_, node, 0, 1);
    for (uint32_t shard = 0; shard < shards_.size(); ++shard) {
      if (document == nullptr || document->shard == shard) {
        AddNumbers(node, shard,
                   {.ran = rules_.RunOf(question), .above_most = 1, .may_make = NoVersion});
      }
    }
  }
}

/// An answer without its request names a number; only in which shard it lies is not known. If a
/// question accounts for it, that was its request.
void IndexModel::AddLoose() {
  for (const Write& write : history_.loose) {
    if (history_.IndexBehind(write.document.index) != index_.name) {
      continue;
    }
    const Node node = network_.AddNode();
    network_.AddEdge(hub_, node, 0, 1);
    for (uint32_t shard = 0; shard < shards_.size(); ++shard) {
      AddNumbers(node, shard,
                 {.ran = write.ran,
                  .above = write.seq_no - 1,
                  .below = write.seq_no + 1,
                  .may_make =
                      [&](const Slot& slot) {
                        return index_.documents[slot.document].id == write.document.id &&
                               !accounted_.contains(&slot);
                      },
                  .recorded = false});
    }
    for (const ShardSlots& slots : slots_) {
      for (const SlotNode& slot : slots.nodes) {
        if (index_.documents[slot.slot->document].id == write.document.id &&
            !accounted_.contains(slot.slot) && slot.slot->above < write.seq_no &&
            write.seq_no < slot.slot->below) {
          network_.AddEdge(slot.node, node, 0, 1);
        }
      }
    }
  }
}

void IndexModel::AddLost(const LostTraffic& lost, std::optional<uint32_t> only) {
  const auto& accounted = lost.Touches(assumptions_.apart) ? accounted_ : claimed_;
  const auto may_run = [&](const Slot& slot) {
    return rules_.MayRun(lost, slot) && !accounted.contains(&slot);
  };
  const Node in = network_.AddNode();
  const Node out = network_.AddNode();
  network_.AddEdge(in, out, 0, lost.most.value_or(kAny));
  network_.AddEdge(hub_, in, 0, kAny);
  for (uint32_t shard = 0; shard < shards_.size(); ++shard) {
    if (only && *only != shard) {
      continue;
    }
    EachForced(shard, lost.ran, [&](const SlotNode& slot) {
      if (may_run(*slot.slot)) {
        network_.AddEdge(slot.node, in, 0, kAny);
      }
    });
    AddNumbers(out, shard, {.ran = lost.ran, .may_make = may_run, .recorded = lost.recorded});
  }
}

/// What the old primary had begun is lost traffic; and the new one may have put nothing under some
/// numbers, which explains them.
void IndexModel::AddNewTerm(const Span& term, uint32_t shard) {
  AddLost({.ran = term}, shard);
  const Node node = network_.AddNode();
  network_.AddEdge(hub_, node, 0, kAny);
  AddNumbers(node, shard, {.ran = term, .may_make = NoVersion});
}

}  // namespace trafrec::reconcile
