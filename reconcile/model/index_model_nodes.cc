// The network: who may have taken which number, and whose document that may have been.

#include "reconcile/model/index_model.h"

#include <algorithm>
#include <utility>

#include "reconcile/model/accounts.h"
#include "replay/dialect/key.h"

namespace trafrec::reconcile {

IndexModel::IndexModel(const History& history, const IndexHistory& index,
                       const Assumptions& assumptions, bool unrecorded)
    : history_(history),
      index_(index),
      rules_(history, index, assumptions),
      assumptions_(assumptions),
      reach_(index.window.seen),
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
    reach_ = {std::min(reach_.from, request.runs.from), std::max(reach_.until, request.runs.until)};
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
  TellNumbersApart();
}

/// Stretches that hold something for certain, and of the documents in question all others of the
/// window, too. A stretch of a document that nobody asks of is in it as a whole, so that whoever
/// may have made it is here.
void IndexModel::AddSlots() {
  slots_.resize(index_.shards.size());
  for (const Document& document : index_.documents) {
    ShardSlots& slots = slots_[document.shard];
    slots_of_.emplace_back(slots.nodes.size(), slots.nodes.size());
    for (const Slot& slot : document.slots) {
      const bool asked = !document.questions.empty() && slot.ran.Meets(reach_);
      if (asked || (slot.least > 0 && index_.window.Holds(slot.ran))) {
        const int32_t least = LeastHere(document, slot);
        const Node node = network_.AddNode();
        network_.AddEdge(hub_, node, least, slot.most);
        if (least > 0) {
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

/// So many of a stretch's operations are of who ran in the window. If the stretch reaches beyond
/// it, each who ran there alone, and is not here, may have made one of its versions, and what was
/// lost there any number. Else all of these would have to be here, and all that they may have done.
int32_t IndexModel::LeastHere(const Document& document, const Slot& slot) const {
  const Window& window = index_.window;
  if (slot.least == 0 || window.Holds(slot.ran)) {
    return slot.least;
  }
  const auto is_far = [&](const Span& ran) { return !window.Sees(ran) && ran.Meets(slot.ran); };
  const auto may_be_lost = [&](size_t number) {
    const LostTraffic& lost = history_.lost[number];
    return is_far(lost.ran) && index_.MayHold(lost);
  };
  if (std::ranges::any_of(index_.shards[document.shard].new_terms, is_far) ||
      index_.times->lost.Any(slot.ran, may_be_lost)) {
    return 0;
  }
  int32_t least = slot.least;
  const auto take_one = [&](bool may_have_made_one) {
    least -= may_have_made_one ? 1 : 0;
    return least == 0;
  };
  const auto [begin, end] = index_.loose.equal_range(document.id);
  const auto take_answer = [&](const auto& loose) {
    return take_one(!window.Sees(loose.second->ran));
  };
  const auto take_question = [&](size_t number) {
    const OpenRequest& request = history_.requests[history_.questions[number].request];
    return take_one(!window.Sees(request) && request.wire == WireProof::kNone &&
                    rules_.MayRun(number, slot));
  };
  const auto take_run = [&](size_t number) {
    const ByQueryRun& run = history_.by_query[number];
    return take_one(is_far(run.ran) && Reaches(history_, run, index_) && rules_.MayRun(run, slot));
  };
  const bool none_is_left = std::any_of(begin, end, take_answer) ||
                            std::ranges::any_of(document.questions, take_question) ||
                            index_.times->by_query_longest.Any(slot.ran, take_run);
  return none_is_left ? 0 : least;
}

void IndexModel::AddQuestions() {
  for (const Document& document : index_.documents) {
    for (const size_t number : document.questions) {
      const Question& question = history_.questions[number];
      if (!index_.window.Sees(history_.requests[question.request])) {
        continue;
      }
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
                      [this, &document, number](const Slot& slot) {
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
                    .may_make = [this, &question](
                                    const Slot& slot) { return rules_.MayBeNew(question, slot); },
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
