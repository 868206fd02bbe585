#include "store/reader/log_reader_follow.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "store/reader/deleted_segments.h"
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

void LogFollower::Start(const SegmentFiles& files, const std::vector<AttemptKey>& attempts,
                        const std::vector<AttemptSnapshot>& shown) {
  started_ = true;
  shown_.clear();
  for (const AttemptSnapshot& attempt : shown) {
    shown_[attempt.key] = {.segment = attempt.segments.back(),
                           .frames = attempt.frames_through,
                           .below = attempt.exchanges_below};
  }
  for (const AttemptKey& key : attempts) {
    const auto deleted = FindDeleted(files, key);
    if (!shown_.contains(key) && deleted && deleted->segments > 0) {
      shown_[key].gone = true;
    }
  }
}

void LogFollower::NoteOpen(const Numbers& open) {
  for (const auto& [key, numbers] : open) {
    shown_[key].pending.insert(numbers.begin(), numbers.end());
  }
}

void LogFollower::NoteAhead(const Numbers& ahead) {
  for (const auto& [key, numbers] : ahead) {
    shown_[key].ahead.insert(numbers.begin(), numbers.end());
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
    TRY(pass.rows.Rows(pass.attempt, segment, batch, RowReader::As::kThen, rows));
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
                                   std::set<ExchangeNumber>& pending) {
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
                              .frames_through = std::numeric_limits<int64_t>::max(),
                              .replacing = true},
                             keys));
          from = numbers->second + 1;
          return {};
        });
    TRY(visited);
    for (const RowKey& key : keys) {
      // A row that is newer than the snapshot stands where the one of the snapshot stood.
      if (key.open || (key.frame > through && key.number < pass.attempt.exchanges_below)) {
        pending.insert(key.number);
      }
    }
    std::erase_if(keys, [&](const RowKey& key) { return key.frame > through; });
    TRY(ShowKeys(pass, segment, std::move(keys)));
  }
  return {};
}

Status LogFollower::ShowCompleted(Pass& pass, uint32_t segment, const Shown& shown) {
  std::vector<RowKey> keys;
  const Status visited = pass.rows.files().With(
      pass.attempt.key, segment, [&](SegmentConnection& connection) -> Status {
        keys.clear();
        for (const ExchangeNumber number : shown.pending) {
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

Status LogFollower::ForgetClosed(Pass& pass, uint32_t segment, std::set<ExchangeNumber>& pending) {
  std::vector<ExchangeNumber> closed;
  const Status visited = pass.rows.files().With(
      pass.attempt.key, segment, [&](SegmentConnection& connection) -> Status {
        closed.clear();
        TRY_ASSIGN(
            db::Statement * statement,
            connection.Prepared("SELECT 1 FROM exchange WHERE n=?1 AND frame<=?2 AND flags&?3=0"));
        for (const ExchangeNumber number : pending) {
          statement->Bind(0, number)
              .Bind(1, pass.attempt.FramesThrough(segment))
              .Bind(2, FlagBit(Flag::kOpen));
          TRY_ASSIGN(const bool row, statement->Step());
          if (row) {
            closed.push_back(number);
          }
          statement->Reset();
        }
        return {};
      });
  TRY(visited);
  for (const ExchangeNumber number : closed) {
    pending.erase(number);
  }
  return {};
}

Status LogFollower::NoteBeyond(Pass& pass, Shown& shown) {
  return pass.rows.files().With(
      pass.attempt.key, shown.segment, [&](SegmentConnection& connection) -> Status {
        TRY_ASSIGN(db::Statement * statement,
                   connection.Prepared("SELECT n FROM exchange WHERE n>=?1 AND frame<=?2"));
        statement->Bind(0, pass.attempt.exchanges_below).Bind(1, shown.frames);
        while (true) {
          TRY_ASSIGN(const bool row, statement->Step());
          if (!row) {
            break;
          }
          shown.beyond.insert(statement->Unsigned(0));
        }
        statement->Reset();
        return {};
      });
}

Status LogFollower::ShowAttempt(Pass& pass, Shown& shown) {
  for (const uint32_t segment : pass.attempt.segments) {
    if (segment < shown.segment || !pass.wanted) {
      continue;
    }
    const bool known = segment == shown.segment;
    const int64_t after = known ? shown.frames : 0;
    const int64_t through = pass.attempt.FramesThrough(segment);
    if (known && through == after && shown.looked) {
      continue;
    }
    std::set<ExchangeNumber> pending = shown.pending;
    const bool looked = known && shown.looked;
    if (looked) {
      TRY(ShowCompleted(pass, segment, shown));
    }
    TRY(ShowNewNumbers(pass, segment, looked ? shown.below : 0, after, pending));
    TRY(ForgetClosed(pass, segment, pending));
    if (pass.wanted) {
      shown.segment = segment;
      shown.frames = through;
      shown.looked = true;
      shown.pending = std::move(pending);
      TRY(NoteBeyond(pass, shown));
    }
  }
  if (pass.wanted) {
    shown.below = std::max(shown.below, pass.attempt.exchanges_below);
    std::erase_if(shown.beyond, [&](ExchangeNumber number) { return number < shown.below; });
  }
  return {};
}

Status LogFollower::CountMissed(SegmentFiles& files, const AttemptKey& key,
                                const AttemptSnapshot* there, Shown& shown) {
  const uint32_t first =
      there == nullptr ? std::numeric_limits<uint32_t>::max() : there->segments.front();
  shown.gone = shown.gone && there == nullptr;
  if (shown.gone || first <= shown.segment) {
    return {};
  }
  TRY_ASSIGN(const DeletedSegments deleted, FindDeleted(files, key, shown.segment, first));
  shown.gone = there == nullptr && deleted.segments > 0;
  if (deleted.segments == 0 || deleted.last_exchange < shown.below) {
    return {};
  }
  const ExchangeNumber from = std::max(shown.below, deleted.first_exchange);
  std::set<ExchangeNumber> known(shown.beyond.lower_bound(from),
                                 shown.beyond.upper_bound(deleted.last_exchange));
  // What was slow has its row in a later segment.
  for (size_t i = 0; there != nullptr && i < there->segments.size(); ++i) {
    TRY(files.With(key, there->segments[i], [&](SegmentConnection& connection) -> Status {
      TRY_ASSIGN(db::Statement * statement,
                 connection.Prepared("SELECT n FROM exchange WHERE n BETWEEN ?1 AND ?2"));
      statement->Bind(0, from).Bind(1, deleted.last_exchange);
      while (true) {
        TRY_ASSIGN(const bool row, statement->Step());
        if (!row) {
          break;
        }
        known.insert(statement->Unsigned(0));
      }
      statement->Reset();
      return {};
    }));
  }
  missed_ += deleted.last_exchange - from + 1 - known.size();
  shown.below = deleted.last_exchange + 1;
  return {};
}

Result<bool> LogFollower::Show(RowReader& rows, const std::vector<AttemptKey>& attempts,
                               const std::vector<AttemptSnapshot>& now, const Visit& visit) {
  for (const AttemptKey& key : attempts) {
    const auto attempt = std::ranges::find(now, key, &AttemptSnapshot::key);
    const bool there = attempt != now.end();
    Shown& shown = shown_[key];
    Status done = CountMissed(rows.files(), key, there ? &*attempt : nullptr, shown);
    if (done && there) {
      Pass pass{rows, *attempt, visit, shown.ahead, true};
      done = ShowAttempt(pass, shown);
      if (!pass.wanted) {
        return false;
      }
    }
    // Deleted since it was listed: the next pass lists anew.
    if (!done && done.error().code != ErrorCode::kNotFound) {
      return std::unexpected(done.error());
    }
  }
  return true;
}

}  // namespace trafrec::store
