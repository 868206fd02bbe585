// Merging sightings.
//
// Rows come in the order of corrected time, from all recorders. Sightings of one exchange lie
// within a window of each other, so a row is kept for that long; rows that have a first byte in
// common become a group, and a group that no later row can join is merged and given out when
// nothing earlier can come. The order of what is given is that of the merged rows' own keys:
// neither the order of files nor of arrival has a part in it.
//
// An answer whose request one recorder missed has a row at its own time, perhaps long after the
// request that another one saw. Such rows are few (they tell of losses), so they are read by
// themselves, ahead of the others, and wait for the exchange that they belong to.
//
// Rejected: an index of all sequence numbers (memory grows with the log), and joining by SQL over
// attached segments (an open one may not be held for so long).

#include "store/reader/log_reader_merge.h"

#include <algorithm>

#include "store/reader/sightings.h"
#include "store/reader_limits.h"

namespace trafrec::store {
namespace {

uint64_t Mix(uint64_t value) {
  value = (value ^ (value >> 32)) * 0xd6e8feb86659fd93;
  return value ^ (value >> 32);
}

/// Names the first byte of a message of the row; addresses may be encrypted, and not for us.
uint64_t NameOf(const ExchangeRow& row, Side side, uint32_t seq) {
  return Mix(Mix(uint64_t{row.client.port} << 16 | row.server.port) + (uint64_t{seq} << 1) +
             (side == Side::kClient ? 0 : 1));
}

/// Names of the row's messages, as far as they are known.
std::vector<uint64_t> NamesOf(const ExchangeRow& row) {
  std::vector<uint64_t> names;
  if (row.identity.request_seq && row.has_request) {
    names.push_back(NameOf(row, Side::kClient, *row.identity.request_seq));
  }
  if (row.identity.response_seq && row.has_response) {
    names.push_back(NameOf(row, Side::kServer, *row.identity.response_seq));
  }
  return names;
}

bool IsOfOneAttempt(const ExchangeRow& one, const ExchangeRow& other) {
  return one.id.recorder == other.id.recorder && one.id.attempt == other.id.attempt;
}

std::optional<TimeNs> AnsweredAt(const TimedRow& row) {
  if (!row.row.has_response || row.row.latency_ns < 0) {
    return std::nullopt;
  }
  return LaterBy(LaterBy(row.at, row.row.request_span_ns), row.row.latency_ns);
}

constexpr int64_t kWindow = limits::kSightingWindowNs;

}  // namespace

Result<MergedCursor> MergedCursor::Open(const MergeSource& source, const Bounds& bounds,
                                        Settle settle) {
  using Which = RecorderStreams::Which;
  TRY_ASSIGN(RecorderStreams requests,
             RecorderStreams::Open(source, Which::kWithRequest, bounds.since, bounds.until));
  const TimeNs answers_since = LaterBy(bounds.since, -limits::kLateAnswerNs);
  const TimeNs answers_until = LaterBy(bounds.until, limits::kAnswerLookaheadNs);
  TRY_ASSIGN(RecorderStreams answers,
             RecorderStreams::Open(source, Which::kAnswersOnly, answers_since, answers_until));
  return MergedCursor(std::move(requests), std::move(answers), bounds, std::move(settle));
}

std::optional<MergedCursor::Groups::iterator> MergedCursor::Find(const Index& index,
                                                                 const TimedRow& row) {
  for (const uint64_t name : NamesOf(row.row)) {
    const auto [begin, end] = index.equal_range(name);
    for (auto entry = begin; entry != end; ++entry) {
      const std::vector<TimedRow>& rows = entry->second->rows;
      const bool fits =
          std::ranges::any_of(
              rows, [&](const TimedRow& other) { return SameExchange(row.row, other.row); }) &&
          std::ranges::none_of(rows, [&](const TimedRow& other) {
            return IsOfOneAttempt(row.row, other.row) || !SameConnection(row.row, other.row);
          });
      if (fits) {
        return entry->second;
      }
    }
  }
  return std::nullopt;
}

void MergedCursor::Add(Groups& groups, Index& index, TimedRow row) {
  const auto known = Find(index, row);
  if (!known) {
    groups.push_back({row.at, {}});
  }
  const Groups::iterator group = known.value_or(std::prev(groups.end()));
  for (const uint64_t name : NamesOf(row.row)) {
    index.emplace(name, group);
  }
  group->rows.push_back(std::move(row));
}

MergedCursor::Group MergedCursor::Remove(Groups& groups, Index& index, Groups::iterator group) {
  for (const TimedRow& row : group->rows) {
    for (const uint64_t name : NamesOf(row.row)) {
      const auto [begin, end] = index.equal_range(name);
      const auto entry =
          std::find_if(begin, end, [&](const auto& each) { return each.second == group; });
      if (entry != end) {
        index.erase(entry);
      }
    }
  }
  Group removed = std::move(*group);
  groups.erase(group);
  return removed;
}

Status MergedCursor::ReadAnswers(TimeNs until) {
  while (waiting_answers_.size() < limits::kAnswerRowsMax) {
    TRY_ASSIGN(const TimedRow* front, answers_.Front());
    if (front == nullptr || front->at > until || front->at >= bounds_.hold) {
      return {};
    }
    TimedRow row = answers_.Take();
    const bool shown = std::ranges::any_of(
        NamesOf(row.row), [&](uint64_t name) { return slow_answers_.contains(name); });
    if (!shown) {
      Add(waiting_answers_, answer_index_, std::move(row));
    }
  }
  return {};
}

void MergedCursor::AddAnswersTo(Group& group) {
  for (size_t i = 0; i < group.rows.size(); ++i) {
    const auto answer = Find(answer_index_, group.rows[i]);
    if (answer) {
      Group found = Remove(waiting_answers_, answer_index_, *answer);
      std::ranges::move(found.rows, std::back_inserter(group.rows));
    }
  }
}

Status MergedCursor::Close(Groups::iterator group, TimeNs frontier) {
  open_rows_ -= group->rows.size();
  Group closed = Remove(open_, open_index_, group);
  for (const TimedRow& row : closed.rows) {
    const auto answered = AnsweredAt(row);
    const TimeNs ahead = LaterBy(closed.first, limits::kAnswerLookaheadNs);
    if (answered) {
      TRY(ReadAnswers(std::min(LaterBy(*answered, kWindow), std::max(ahead, frontier))));
    }
    const bool whole = (row.row.response_flags & kIncompleteFlags) == 0;
    if (answered && *answered > ahead && whole && row.row.identity.response_seq &&
        slow_answers_.size() < limits::kAnswerRowsMax) {
      slow_answers_.insert(NameOf(row.row, Side::kServer, *row.row.identity.response_seq));
    }
  }
  AddAnswersTo(closed);
  return MakeReady(std::move(closed));
}

Status MergedCursor::CloseOld(TimeNs frontier) {
  while (!open_.empty() && (LaterBy(open_.front().first, kWindow) < frontier ||
                            frontier == kTimeNever || open_rows_ > limits::kSightingRowsMax)) {
    TRY(Close(open_.begin(), frontier));
  }
  return {};
}

/// Answers whose exchange has not come, and will not.
Status MergedCursor::RetireAnswers(TimeNs frontier) {
  TRY(ReadAnswers(LaterBy(frontier, 2 * kWindow)));
  while (!waiting_answers_.empty()) {
    const TimeNs first = waiting_answers_.front().first;
    const bool past = LaterBy(first, 2 * kWindow) < frontier || frontier == kTimeNever;
    if (!past || (!open_.empty() && open_.front().first <= LaterBy(first, kWindow))) {
      break;
    }
    TRY(MakeReady(Remove(waiting_answers_, answer_index_, waiting_answers_.begin())));
    TRY(ReadAnswers(LaterBy(frontier, 2 * kWindow)));
  }
  return {};
}

Status MergedCursor::MakeReady(Group group) {
  std::ranges::sort(group.rows, {}, [](const TimedRow& row) { return row.row.id; });
  const auto timed =
      std::ranges::find_if(group.rows, [](const TimedRow& row) { return row.row.has_request; });
  const TimeNs at = timed == group.rows.end() ? group.rows.front().at : timed->at;
  std::vector<ExchangeRow> rows;
  for (TimedRow& row : group.rows) {
    rows.push_back(std::move(row.row));
  }
  const MergeChoice choice = ChooseParts(rows);
  ExchangeRow merged;
  if (choice.request_in_pieces || choice.response_in_pieces) {
    TRY_ASSIGN(merged, settle_(std::move(rows)));
  } else {
    merged = MergeRows(std::move(rows));
  }
  const Key key{at, merged.id};
  ready_.emplace(key, TimedRow{at, std::move(merged)});
  return {};
}

/// Nothing that is not ready yet comes before.
Result<TimeNs> MergedCursor::FloorAt(TimeNs frontier) {
  TimeNs floor = frontier;
  floor = open_.empty() ? floor : std::min(floor, open_.front().first);
  floor = waiting_answers_.empty() ? floor : std::min(floor, waiting_answers_.front().first);
  TRY_ASSIGN(const TimedRow* answer, answers_.Front());
  return answer == nullptr ? floor : std::min(floor, answer->at);
}

Result<std::optional<TimedRow>> MergedCursor::Next() {
  while (true) {
    TRY_ASSIGN(const TimedRow* front, requests_.Front());
    const TimeNs frontier = std::min(front == nullptr ? kTimeNever : front->at, bounds_.hold);
    TRY(CloseOld(frontier));
    TRY(RetireAnswers(frontier));
    TRY_ASSIGN(floor_, FloorAt(frontier));
    if (!ready_.empty() && (ready_.begin()->first.first < floor_ || floor_ == kTimeNever)) {
      return std::move(ready_.extract(ready_.begin()).mapped());
    }
    if (frontier >= bounds_.hold || front == nullptr) {
      held_ = front != nullptr || !ready_.empty() || !open_.empty() || !waiting_answers_.empty();
      return std::nullopt;
    }
    ++open_rows_;
    Add(open_, open_index_, requests_.Take());
  }
}

}  // namespace trafrec::store
