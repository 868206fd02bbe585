#include "store/reader/log_reader_follow.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "store/reader_limits.h"

namespace trafrec::store {
namespace {

/// The first and last of the next numbers from `from` on; nothing if there are none.
Result<std::optional<std::pair<ExchangeNumber, ExchangeNumber>>> NextNumbers(
    SegmentConnection& connection, ExchangeNumber from) {
  TRY_ASSIGN(db::Statement * statement,
             connection.Prepared("SELECT min(n), max(n) FROM (SELECT n FROM exchange WHERE n>=?1 "
                                 "ORDER BY n LIMIT ?2)"));
  TRY_ASSIGN(const bool row, statement->Bind(0, from).Bind(1, limits::kKeyChunkRows).Step());
  std::optional<std::pair<ExchangeNumber, ExchangeNumber>> numbers;
  if (row && !statement->IsNull(0)) {
    numbers.emplace(statement->Unsigned(0), statement->Unsigned(1));
  }
  statement->Reset();
  return numbers;
}

}  // namespace

void LogFollower::Start(const std::vector<AttemptSnapshot>& shown) {
  started_ = true;
  shown_.clear();
  for (const AttemptSnapshot& attempt : shown) {
    shown_[attempt.key] = {
        attempt.segments.back(), attempt.frames_through, attempt.exchanges_below, false, {}};
  }
}

Status LogFollower::ShowKeys(Pass& pass, uint32_t segment, std::vector<RowKey> keys) {
  std::erase_if(keys, [&](const RowKey& key) { return pass.completed.contains(key.number); });
  std::ranges::sort(keys);
  std::vector<RowKey> batch;
  for (size_t at = 0; at < keys.size(); at += batch.size()) {
    const size_t end = std::min(keys.size(), at + limits::kRowBatch);
    batch.assign(keys.begin() + static_cast<ptrdiff_t>(at),
                 keys.begin() + static_cast<ptrdiff_t>(end));
    std::vector<ExchangeRow> rows;
    TRY(pass.rows.Rows(pass.attempt, segment, batch, rows));
    for (const ExchangeRow& row : rows) {
      if (row.place.segment != segment) {
        pass.completed.insert(row.id.number);
      }
      if (!pass.visit(row)) {
        pass.wanted = false;
        return {};
      }
    }
  }
  return {};
}

Status LogFollower::ShowNewNumbers(Pass& pass, uint32_t segment, ExchangeNumber from, int64_t after,
                                   std::set<ExchangeNumber>& open) {
  const int64_t through = pass.attempt.FramesThrough(segment);
  for (bool more = true; more && pass.wanted;) {
    std::vector<RowKey> keys;
    const Status visited = pass.rows.files().With(
        pass.attempt.key, segment, [&](SegmentConnection& connection) -> Status {
          keys.clear();
          TRY_ASSIGN(const auto numbers, NextNumbers(connection, from));
          more = numbers.has_value();
          if (!more) {
            return {};
          }
          TRY(pass.rows.Keys(connection,
                             {.first = numbers->first,
                              .last = numbers->second,
                              .frames_after = after,
                              .frames_through = through,
                              .replacing = true},
                             keys));
          from = numbers->second + 1;
          return {};
        });
    TRY(visited);
    for (const RowKey& key : keys) {
      if (key.open) {
        open.insert(key.number);
      }
    }
    TRY(ShowKeys(pass, segment, std::move(keys)));
  }
  return {};
}

Status LogFollower::ShowCompleted(Pass& pass, uint32_t segment, Shown& shown) {
  std::vector<RowKey> keys;
  const Status visited = pass.rows.files().With(
      pass.attempt.key, segment, [&](SegmentConnection& connection) -> Status {
        keys.clear();
        for (const ExchangeNumber number : shown.open) {
          TRY(pass.rows.Keys(connection,
                             {.first = number,
                              .last = number,
                              .frames_after = shown.frames,
                              .frames_through = pass.attempt.FramesThrough(segment),
                              .replacing = true},
                             keys));
        }
        return {};
      });
  TRY(visited);
  // Numbers from `below` on are shown by ShowNewNumbers.
  std::erase_if(keys, [&](const RowKey& key) { return key.number >= shown.below; });
  return ShowKeys(pass, segment, std::move(keys));
}

Status LogFollower::FindOpen(Pass& pass, uint32_t segment, int64_t through,
                             std::set<ExchangeNumber>& open) {
  ExchangeNumber from = 0;
  for (bool more = true; more;) {
    std::vector<ExchangeNumber> numbers_found;
    const Status visited = pass.rows.files().With(
        pass.attempt.key, segment, [&](SegmentConnection& connection) -> Status {
          numbers_found.clear();
          TRY_ASSIGN(const auto numbers, NextNumbers(connection, from));
          more = numbers.has_value();
          if (!more) {
            return {};
          }
          TRY_ASSIGN(db::Statement * statement,
                     connection.Prepared("SELECT n FROM exchange WHERE n BETWEEN ?1 AND ?2 AND "
                                         "flags&?3 AND frame<=?4"));
          statement->Bind(0, numbers->first)
              .Bind(1, numbers->second)
              .Bind(2, FlagBit(Flag::kOpen))
              .Bind(3, through);
          while (true) {
            TRY_ASSIGN(const bool row, statement->Step());
            if (!row) {
              break;
            }
            numbers_found.push_back(statement->Unsigned(0));
          }
          statement->Reset();
          from = numbers->second + 1;
          return {};
        });
    TRY(visited);
    open.insert(numbers_found.begin(), numbers_found.end());
  }
  return {};
}

Status LogFollower::ShowAttempt(Pass& pass, Shown& shown) {
  for (const uint32_t segment : pass.attempt.segments) {
    if (segment < shown.segment || !pass.wanted) {
      continue;
    }
    const bool known = segment == shown.segment;
    const int64_t after = known ? shown.frames : 0;
    if (known && pass.attempt.FramesThrough(segment) == after && shown.open_known) {
      continue;
    }
    std::set<ExchangeNumber> open;
    ExchangeNumber from = 0;
    if (known && shown.open_known) {
      open = shown.open;
      from = shown.below;
      TRY(ShowCompleted(pass, segment, shown));
    } else if (known) {
      // Rows that were open when they were shown may be replaced by now: look at all once.
      TRY(FindOpen(pass, segment, after, open));
    }
    TRY(ShowNewNumbers(pass, segment, from, after, open));
    if (pass.wanted) {
      shown = {segment, pass.attempt.FramesThrough(segment), shown.below, true, std::move(open)};
    }
  }
  if (pass.wanted) {
    shown.below = pass.attempt.exchanges_below;
  }
  return {};
}

Result<bool> LogFollower::Show(RowReader& rows, const std::vector<AttemptSnapshot>& now,
                               const Visit& visit) {
  for (const AttemptSnapshot& attempt : now) {
    Pass pass{rows, attempt, visit, {}, true};
    const auto [found, added] = shown_.try_emplace(attempt.key);
    if (added) {
      found->second.segment = attempt.segments.front();
      found->second.open_known = true;
    }
    const Status shown = ShowAttempt(pass, found->second);
    // Deleted since it was listed: the next pass lists anew.
    if (!shown && shown.error().code != ErrorCode::kNotFound) {
      return std::unexpected(shown.error());
    }
    if (!pass.wanted) {
      return false;
    }
  }
  return true;
}

}  // namespace trafrec::store
