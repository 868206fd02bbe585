// The network: what took numbers of which no question is asked. By-query requests, documents that
// Lucene refused, answers without requests, and what was lost.

#include <algorithm>

#include "reconcile/model/index_model.h"

namespace trafrec::reconcile {
namespace {

constexpr int32_t kAny = FlowNetwork::kUnbounded;
bool NoVersion(const Slot& /*slot*/) { return false; }

}  // namespace

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
    const auto may_make = [this, &run](const Slot& slot) { return rules_.MayRun(run, slot); };
    if (!index_.window.Sees(run.ran) || !Reaches(history_, run, index_) || run.writes == 0 ||
        refused) {
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
      AddNumbers(out, shard, {.ran = run.ran, .may_make = may_make});
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
    if (!index_.window.Sees(refused.ran) || history_.IndexBehind(document.index) != index_.name) {
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
    if (!index_.window.Sees(write.ran) ||
        history_.IndexBehind(write.document.index) != index_.name) {
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
                      [this, &write](const Slot& slot) {
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
  if (!index_.window.Sees(lost.ran)) {
    return;
  }
  const auto& accounted = lost.Touches(assumptions_.apart) ? accounted_ : claimed_;
  const auto may_run = [this, lost, &accounted](const Slot& slot) {
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
  if (!index_.window.Sees(term)) {
    return;
  }
  const Node node = network_.AddNode();
  network_.AddEdge(hub_, node, 0, kAny);
  AddNumbers(node, shard, {.ran = term, .may_make = NoVersion});
}

}  // namespace trafrec::reconcile
