#include "reconcile/evidence/source_documents.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "reconcile/history/sights.h"
#include "store/reader/clock_error.h"

namespace trafrec::reconcile {
namespace {

/// The UUID that the log gives an index; "" if it does not say.
std::string UuidOf(const History& history, const std::string& index) {
  std::string uuid;
  for (const IndexSettings& settings : history.settings) {
    if (settings.name == index && !settings.uuid.empty()) {
      uuid = settings.uuid;
    }
  }
  return uuid;
}

}  // namespace

std::vector<std::string> NamesInQuestion(const History& history) {
  std::set<std::string> names;
  for (const Question& question : history.questions) {
    if (dialect::WritesDocument(question.kind) && !question.document.index.empty()) {
      names.insert(history.IndexBehind(question.document.index));
    }
  }
  return {names.begin(), names.end()};
}

bool IsLaterOne(const History& history, const IndexSettings& index) {
  const std::string uuid = UuidOf(history, index.name);
  if (!uuid.empty()) {
    return uuid != index.uuid;
  }
  return index.made_at && std::ranges::any_of(history.writes, [&](const Write& write) {
           return history.IndexBehind(write.document.index) == index.name &&
                  write.ran.until + store::kClocksApartNs < *index.made_at;
         });
}

std::optional<Sight> SightOf(const DocumentQuestion& question, const DocumentState& state,
                             const Span& at) {
  if (state.kind == DocumentState::Kind::kRefused) {
    return std::nullopt;
  }
  Sight sight{.document = {question.index, question.id, question.routing},
              .at = at,
              .present = state.kind == DocumentState::Kind::kFound,
              .current = true,
              .version = state.version,
              .seq_no = state.seq_no,
              .primary_term = state.primary_term,
              .text = state.source};
  TakeSource(state.source, true, sight);
  return sight;
}

Sight SightOf(const std::string& index, uint32_t shard, const NumberedDocument& document,
              TimeNs until) {
  Sight sight{.document = {index, document.id, document.routing},
              .at = {std::numeric_limits<TimeNs>::min(), until},
              .shard = shard,
              .present = true,
              .version = document.version,
              .seq_no = document.seq_no,
              .primary_term = document.primary_term,
              .text = document.source};
  TakeSource(document.source, true, sight);
  return sight;
}

void TakeSight(Sight sight, History& history) {
  history.tokens.AddSight(history, sight);
  history.sights.push_back(std::move(sight));
}

std::vector<SeqNoRange> RangesOf(std::span<const int64_t> numbers) {
  std::vector<SeqNoRange> ranges;
  for (const int64_t number : numbers) {
    if (!ranges.empty() && ranges.back().last + 1 == number) {
      ++ranges.back().last;
    } else {
      ranges.push_back({number, number});
    }
  }
  return ranges;
}

}  // namespace trafrec::reconcile
