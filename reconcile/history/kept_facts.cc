#include "reconcile/history/kept_facts.h"

#include <utility>

#include "reconcile/history/index_routings.h"
#include "reconcile/history/limits.h"

namespace trafrec::reconcile {
namespace {

/// After so many it is looked whether an index's numbers are in too many pieces.
constexpr uint64_t kWritesBetween = 1 << 16;

}  // namespace

KeptFacts::KeptFacts(DocumentWatch& watch, size_t doubtful_max, size_t facts_max, History& history)
    : watch_(watch), doubtful_max_(doubtful_max), facts_max_(facts_max), history_(history) {
  watch.Finish();
  for (const Question& question : history.questions) {
    if (!question.document.id.empty()) {
      watch.Ask(history.IndexBehind(question.document.index), question.document.id);
    }
  }
}

bool KeptFacts::Keeps(const DocumentName& document) const {
  if (history_.too_many_facts) {
    return false;
  }
  const uint64_t key = DocumentKey(history_.IndexBehind(document.index), document.id);
  return watch_.IsAsked(key) || (keeps_doubtful_ && watch_.IsInDoubt(key));
}

void KeptFacts::Add(Sight sight) {
  if (Keeps(sight.document)) {
    history_.sights.push_back(std::move(sight));
    MakeRoom();
  }
}

void KeptFacts::Add(Write write) {
  for (IndexNumbers* numbers : NumbersOf(history_.IndexBehind(write.document.index))) {
    const auto shard = ShardOf(numbers->routing, write.document.id, write.document.routing);
    if (shard && !numbers->broken) {
      numbers->shards[*shard].Add(write.seq_no, write.primary_term, write.ran);
    }
  }
  if (++writes_ % kWritesBetween == 0) {
    LimitPieces();
  }
  if (Keeps(write.document)) {
    history_.writes.push_back(std::move(write));
    MakeRoom();
  }
}

std::vector<IndexNumbers*>& KeptFacts::NumbersOf(const std::string& index) {
  const auto [found, is_new] = numbers_.try_emplace(index);
  if (is_new) {
    for (const IndexRouting& routing : RoutingsOf(history_, index)) {
      found->second.push_back(&history_.numbers.emplace_back(index, routing));
    }
  }
  return found->second;
}

/// Documents of which nothing is asked go first.
void KeptFacts::MakeRoom() {
  const auto has_more = [&](size_t most) {
    return history_.writes.size() + history_.sights.size() > most;
  };
  if (keeps_doubtful_ && has_more(doubtful_max_)) {
    keeps_doubtful_ = false;
    const auto is_left_out = [&](const auto& fact) { return !Keeps(fact.document); };
    std::erase_if(history_.writes, is_left_out);
    std::erase_if(history_.sights, is_left_out);
  }
  if (has_more(facts_max_)) {
    history_.too_many_facts = true;
    history_.writes = {};
    history_.sights = {};
  }
}

void KeptFacts::LimitPieces() {
  size_t pieces = 0;
  for (IndexNumbers& numbers : history_.numbers) {
    pieces += numbers.pieces();
    if (pieces > limits::kNumberRuns) {
      pieces -= numbers.pieces();
      numbers.broken = true;
      numbers.shards = {};
    }
  }
}

}  // namespace trafrec::reconcile
