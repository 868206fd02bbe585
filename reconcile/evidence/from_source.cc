#include "reconcile/evidence/from_source.h"

#include <fmt/format.h>

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
/// So far the clocks of source and recorder may be apart before an index counts as a later one.
constexpr TimeNs kClocksApart = 10 * kNsPerSecond;

std::vector<std::string> IndicesOf(const History& history) {
  std::set<std::string> names;
  for (const Question& question : history.questions) {
    if (dialect::WritesDocument(question.kind) && !question.document.index.empty()) {
      names.insert(history.IndexBehind(question.document.index));
    }
  }
  return {names.begin(), names.end()};
}

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

/// Whether the source made an index of that name after the log wrote to one.
bool IsLaterOne(const History& history, const IndexSettings& index) {
  const std::string uuid = UuidOf(history, index.name);
  if (!uuid.empty()) {
    return uuid != index.uuid;
  }
  return index.made_at && std::ranges::any_of(history.writes, [&](const Write& write) {
           return history.IndexBehind(write.document.index) == index.name &&
                  write.ran.until + kClocksApart < *index.made_at;
         });
}

class Asking {
 public:
  Asking(LiveSource& source, History& history) : source_(source), history_(history) {}

  Status Run() {
    TRY(AskIndices());
    TRY(AskDocuments());
    return AskNumbers();
  }

  std::vector<std::string> TakeNotes() { return std::move(notes_); }

 private:
  Status AskIndices() {
    const std::vector<std::string> names = IndicesOf(history_);
    if (names.empty()) {
      return {};
    }
    TRY_ASSIGN(std::vector<IndexSettings> indices, source_.Indices(names));
    for (const std::string& name : names) {
      const auto index = std::ranges::find(indices, name, &IndexSettings::name);
      if (index == indices.end()) {
        notes_.push_back(fmt::format(
            "the source has no index {} any more: its operations are judged without it", name));
      } else if (IsLaterOne(history_, *index)) {
        notes_.push_back(
            fmt::format("the source's index {} was made after the log wrote to one of that name: "
                        "its operations are judged without it",
                        name));
        indices.erase(index);
      } else {
        asked_.insert(name);
      }
    }
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
      if (asked_.contains(name.index) && !name.id.empty() && asked.insert(name).second) {
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
      const bool explained =
          std::ranges::all_of(index.shards, [](const Shard& shard) { return shard.holes.empty(); });
      if (!index.trouble.empty() || !asked_.contains(index.name) || explained) {
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
  std::set<std::string> asked_;  ///< indices that are those of the log
  std::vector<std::string> notes_;
};

}  // namespace

Result<std::vector<std::string>> AddLiveAnswers(LiveSource& source, History& history) {
  history.lost.push_back(
      {.ran = {history.until, std::numeric_limits<TimeNs>::max()}, .answered = true});
  if (const auto version = source.version()) {
    history.TakeProduct(*version);
  }
  Asking asking(source, history);
  TRY(asking.Run());
  history.tokens.Take(history);
  return asking.TakeNotes();
}

}  // namespace trafrec::reconcile
