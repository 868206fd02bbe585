#include "reconcile/evidence/from_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "base/time.h"
#include "reconcile/evidence/source_documents.h"
#include "reconcile/evidence/source_metadata.h"
#include "reconcile/model/indices.h"

namespace trafrec::reconcile {
namespace {

/// Ranges of one search; the source takes 1,024 clauses.
constexpr size_t kRangesEach = 500;

class Asking {
 public:
  Asking(LiveSource& source, History& history) : source_(source), history_(history) {}

  Status Run() {
    TRY(AskIndices());
    TRY(AskDocuments());
    TRY(AskNumbers());
    if (asked_.empty() && lost_) {
      AddNote("",
              "the source has no index any more that the log wrote to: it is another cluster, "
              "or was emptied; what it has of templates and other indices is not looked at");
      return {};
    }
    return AddLiveMetadata(source_, history_);
  }

  std::vector<Note> TakeNotes() { return std::move(notes_); }

 private:
  void AddNote(const std::string& index, std::string words) {
    notes_.push_back({.about = Note::About::kSource, .index = index, .words = std::move(words)});
  }

  Status AskIndices() {
    const std::vector<std::string> names = NamesInQuestion(history_);
    if (names.empty()) {
      return {};
    }
    TRY_ASSIGN(std::vector<IndexSettings> indices, source_.Indices(names));
    for (const std::string& name : names) {
      const auto index = std::ranges::find(indices, name, &IndexSettings::name);
      if (index == indices.end()) {
        lost_ = lost_ || IsToBeThere(name);
        AddNote(
            name,
            fmt::format("the source has no index {} any more: its operations are judged without it",
                        name));
      } else if (IsLaterOne(history_, *index)) {
        lost_ = true;
        AddNote(name, fmt::format("the source's index {} was made after the log wrote to one of "
                                  "that name: its operations are judged without it",
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

  /// The log shows that the index was, and nothing in it can have removed it.
  bool IsToBeThere(const std::string& name) const {
    return std::ranges::any_of(history_.writes,
                               [&](const Write& write) {
                                 return history_.IndexBehind(write.document.index) == name;
                               }) &&
           std::ranges::none_of(history_.index_lives.changes, [&](const IndexChange& change) {
             return change.removes &&
                    (change.name == name || change.name.find('*') != std::string::npos);
           });
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
    Span at{.from = WallClockNow()};
    TRY_ASSIGN(const std::vector<DocumentState> states, source_.Documents(questions));
    at.until = WallClockNow();
    for (size_t i = 0; i < states.size(); ++i) {
      if (auto sight = SightOf(questions[i], states[i], at)) {
        TakeSight(*std::move(sight), history_);
      }
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
        std::vector<int64_t> numbers;
        for (const Hole& hole : index.shards[shard].holes) {
          numbers.push_back(hole.seq_no);
        }
        const std::vector<SeqNoRange> ranges = RangesOf(numbers);
        for (size_t at = 0; at < ranges.size(); at += kRangesEach) {
          const std::span part =
              std::span(ranges).subspan(at, std::min(kRangesEach, ranges.size() - at));
          TRY_ASSIGN(const std::vector<NumberedDocument> documents,
                     source_.DocumentsByNumber(index.name, shard, part));
          for (const NumberedDocument& document : documents) {
            TakeSight(SightOf(index.name, shard, document, WallClockNow()), history_);
          }
        }
      }
    }
    return {};
  }

  LiveSource& source_;
  History& history_;
  std::set<std::string> asked_;  ///< indices that are those of the log
  bool lost_ = false;            ///< one of the log's is not there, which nobody in it removed
  std::vector<Note> notes_;
};

}  // namespace

Result<std::vector<Note>> AddLiveAnswers(LiveSource& source, History& history) {
  history.lost.push_back({.ran = {history.until, std::numeric_limits<TimeNs>::max()},
                          .answered = true,
                          .after_log = true});
  if (const auto version = source.version()) {
    history.TakeProduct(*version);
  }
  Asking asking(source, history);
  TRY(asking.Run());
  TakePipelines(history);
  history.tokens.Take(history);
  return asking.TakeNotes();
}

}  // namespace trafrec::reconcile
