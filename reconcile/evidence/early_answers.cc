// What the source says while the log grows.
//
// A get that is asked for at once sees what a later write puts another text over. Two things are
// not known of it. When it was, by the recorder's clock: it was after the packets that had been
// read from the log when it was sent, and else as far off as the two clocks may be apart. And
// whether the request in question had run: the list of running writes (`_tasks`) says so of a
// connection that the server had closed in good order before, since a server that closes has read
// all that its kernel acknowledged, and a request that was read is in the list until it is done.
// That holds of the source's own nodes, which say where they listen, and not of a proxy before
// them.

#include "reconcile/evidence/early_answers.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/time.h"
#include "reconcile/evidence/source_documents.h"
#include "reconcile/model/indices.h"
#include "reconcile/source/limits.h"

namespace trafrec::reconcile {
namespace {

/// A number is asked for again once: what was not refreshed did not show.
constexpr int kTimesAsked = 2;
/// Lists of running writes that are kept.
constexpr size_t kRunningMost = 10'000;

/// By the recorder's clock, of what began to be asked at `asked`, and is answered now.
Span When(TimeNs asked, const RecorderClock& clock) {
  return {std::max(clock.seen, asked - clock.apart_ns), WallClockNow() + clock.apart_ns};
}

}  // namespace

Status EarlyAnswers::AskDocuments(std::span<const DocumentQuestion> questions,
                                  const RecorderClock& clock) {
  NoteRunning(clock);
  const TimeNs asked = WallClockNow();
  TRY_ASSIGN(const std::vector<DocumentState> states, source_.Documents(questions));
  const Span at = When(asked, clock);
  for (size_t i = 0; i < states.size(); ++i) {
    if (auto sight = SightOf(questions[i], states[i], at)) {
      unconfirmed_.push_back(*std::move(sight));
    }
  }
  return {};
}

/// A source that does not say which writes run has said nothing by that.
void EarlyAnswers::NoteRunning(const RecorderClock& clock) {
  if (!addresses_) {
    const auto found = source_.Addresses();
    if (!found && found.error().code == ErrorCode::kIo) {
      return;
    }
    addresses_ = found.value_or(std::set<std::string>());
  }
  if (addresses_->empty()) {
    return;
  }
  const TimeNs asked = WallClockNow();
  const auto writes = source_.RunningWrites();
  if (!writes) {
    return;
  }
  Running running{.at = When(asked, clock)};
  for (const RunningWrite& write : *writes) {
    running.longest_ns = std::max(running.longest_ns, write.running_ns);
  }
  running_.push_back(running);
  if (running_.size() > kRunningMost) {
    running_.pop_front();
  }
}

Status EarlyAnswers::Confirm(const History& history) {
  const std::vector<std::string> names = NamesInQuestion(history);
  if (names.empty()) {
    return {};
  }
  TRY_ASSIGN(std::vector<IndexSettings> found, source_.Indices(names));
  for (IndexSettings& index : found) {
    const auto known = indices_.find(index.name);
    if (known != indices_.end()) {
      if (known->second.uuid != index.uuid) {
        remade_.insert(index.name);
      }
      continue;
    }
    if (!index.routing_shards) {
      TRY_ASSIGN(const std::optional<IndexRouting> routing, source_.RoutingOfIndex(index));
      if (routing) {
        index.routing_shards = routing->routing_shards;
      }
    }
    indices_.emplace(index.name, index);  // a copy: `found` is looked through below
  }
  for (Sight& sight : std::exchange(unconfirmed_, {})) {
    const std::string& index = history.IndexBehind(sight.document.index);
    const bool there = std::ranges::find(found, index, &IndexSettings::name) != found.end();
    if (there && !remade_.contains(index)) {
      sights_.push_back(std::move(sight));
    }
  }
  return {};
}

Status EarlyAnswers::AskNumbers(const History& history, const RecorderClock& clock) {
  for (const IndexHistory& index : IndicesInQuestion(history, false)) {
    const auto known = indices_.find(index.name);
    if (!index.trouble.empty() || known == indices_.end() || remade_.contains(index.name) ||
        IsLaterOne(history, known->second)) {
      continue;
    }
    for (uint32_t shard = 0; shard < index.shards.size(); ++shard) {
      std::vector<int64_t> numbers;
      for (const Hole& hole : index.shards[shard].holes) {
        int& times = asked_[{index.name, shard, hole.seq_no}];
        if (!hole.sight && times < kTimesAsked && numbers.size() < limits::kQuestionsPerRequest) {
          ++times;
          numbers.push_back(hole.seq_no);
        }
      }
      if (numbers.empty()) {
        continue;
      }
      TRY_ASSIGN(const std::vector<NumberedDocument> documents,
                 source_.DocumentsByNumber(index.name, shard, RangesOf(numbers)));
      for (const NumberedDocument& document : documents) {
        unconfirmed_.push_back(
            SightOf(index.name, shard, document, WallClockNow() + clock.apart_ns));
      }
    }
  }
  return {};
}

void EarlyAnswers::AddTo(History& history) const {
  if (const auto version = source_.version()) {
    history.TakeProduct(*version);
  }
  for (const auto& [name, index] : indices_) {
    if (!IsLaterOne(history, index)) {
      history.settings.push_back(index);
    }
  }
  for (const Sight& sight : sights_) {
    const auto index = indices_.find(history.IndexBehind(sight.document.index));
    if (index != indices_.end() && !IsLaterOne(history, index->second)) {
      TakeSight(sight, history);
    }
  }
  history.tokens.Take(history);
  EndRequests(history);
}

/// Requests that were read and run no more have run.
void EarlyAnswers::EndRequests(History& history) const {
  for (OpenRequest& request : history.requests) {
    if (!request.whole || !request.acknowledged || !request.server_closed_at || !addresses_ ||
        !addresses_->contains(request.server.ToString())) {
      continue;
    }
    const auto over = std::ranges::find_if(running_, [&](const Running& running) {
      return running.at.from - running.longest_ns > *request.server_closed_at;
    });
    if (over != running_.end()) {
      request.runs.until = std::min(request.runs.until, over->at.until);
    }
  }
}

}  // namespace trafrec::reconcile
