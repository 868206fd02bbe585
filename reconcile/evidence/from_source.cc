#include "reconcile/evidence/from_source.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "base/time.h"
#include "reconcile/history/sights.h"
#include "reconcile/model/index_history.h"

namespace trafrec::reconcile {
namespace {

/// Ranges of one search; the source takes 1,024 clauses.
constexpr size_t kRangesEach = 500;

std::vector<std::string> IndicesOf(const History& history) {
  std::set<std::string> names;
  for (const Question& question : history.questions) {
    if (dialect::WritesDocument(question.kind) && !question.document.index.empty()) {
      names.insert(history.IndexBehind(question.document.index));
    }
  }
  return {names.begin(), names.end()};
}

class Asking {
 public:
  Asking(LiveSource& source, History& history) : source_(source), history_(history) {}

  Status Run() {
    TRY(AskIndices());
    TRY(AskDocuments());
    return AskNumbers();
  }

 private:
  Status AskIndices() {
    const std::vector<std::string> names = IndicesOf(history_);
    TRY_ASSIGN(std::vector<IndexSettings> indices, source_.Indices(names));
    for (IndexSettings& index : indices) {
      if (!index.routing_shards) {
        TRY_ASSIGN(const std::optional<IndexRouting> routing, source_.RoutingOfIndex(index));
        if (routing) {
          index.routing_shards = routing->routing_shards;
        }
      }
      history_.settings.push_back(std::move(index));
    }
    return {};
  }

  Status AskDocuments() {
    std::vector<DocumentQuestion> questions;
    std::set<DocumentName> asked;
    for (const Question& question : history_.questions) {
      const DocumentName name{history_.IndexBehind(question.document.index), question.document.id,
                              question.document.routing};
      if (!name.id.empty() && asked.insert(name).second) {
        questions.push_back({name.index, name.id, name.routing});
      }
    }
    Sight sight{.at = {WallClockNow(), 0}, .current = true};
    TRY_ASSIGN(const std::vector<DocumentState> states, source_.Documents(questions));
    sight.at.until = WallClockNow();
    for (size_t i = 0; i < states.size(); ++i) {
      const DocumentState& state = states[i];
      if (state.kind == DocumentState::Kind::kRefused) {
        continue;
      }
      Sight seen = sight;
      seen.document = {questions[i].index, questions[i].id, questions[i].routing};
      seen.present = state.kind == DocumentState::Kind::kFound;
      seen.version = state.version;
      seen.seq_no = state.seq_no;
      seen.primary_term = state.primary_term;
      seen.text = state.source;
      TakeSource(state.source, true, seen);
      history_.tokens.AddSight(history_, seen);
      history_.sights.push_back(std::move(seen));
    }
    return {};
  }

  /// Documents under the numbers that nobody explains: what was written again since does not show.
  Status AskNumbers() {
    for (const IndexHistory& index : IndicesInQuestion(history_, false)) {
      if (!index.trouble.empty()) {
        continue;
      }
      TRY(source_.Refresh(index.name));
      for (uint32_t shard = 0; shard < index.shards.size(); ++shard) {
        const std::vector<SeqNoRange> ranges = RangesOf(index.shards[shard]);
        for (size_t at = 0; at < ranges.size(); at += kRangesEach) {
          const std::span part =
              std::span(ranges).subspan(at, std::min(kRangesEach, ranges.size() - at));
          TRY_ASSIGN(const std::vector<NumberedDocument> documents,
                     source_.DocumentsByNumber(index.name, shard, part));
          AddNumbered(index.name, shard, documents);
        }
      }
    }
    return {};
  }

  static std::vector<SeqNoRange> RangesOf(const Shard& shard) {
    std::vector<SeqNoRange> ranges;
    for (const Hole& hole : shard.holes) {
      if (!ranges.empty() && ranges.back().last + 1 == hole.seq_no) {
        ++ranges.back().last;
      } else {
        ranges.push_back({hole.seq_no, hole.seq_no});
      }
    }
    return ranges;
  }

  void AddNumbered(const std::string& index, uint32_t shard,
                   const std::vector<NumberedDocument>& documents) {
    for (const NumberedDocument& document : documents) {
      Sight sight{.document = {index, document.id, document.routing},
                  .at = {std::numeric_limits<TimeNs>::min(), WallClockNow()},
                  .shard = shard,
                  .present = true,
                  .version = document.version,
                  .seq_no = document.seq_no,
                  .primary_term = document.primary_term};
      sight.text = document.source;
      TakeSource(document.source, true, sight);
      history_.tokens.AddSight(history_, sight);
      history_.sights.push_back(std::move(sight));
    }
  }

  LiveSource& source_;
  History& history_;
};

}  // namespace

Status AddLiveAnswers(LiveSource& source, History& history) {
  history.lost.push_back(
      {.ran = {history.until, std::numeric_limits<TimeNs>::max()}, .answered = true});
  if (const auto version = source.version()) {
    history.TakeProduct(*version);
  }
  TRY(Asking(source, history).Run());
  history.tokens.Take(history);
  return {};
}

}  // namespace trafrec::reconcile
