#include "store/log_reader_attempts.h"

#include <algorithm>
#include <system_error>

#include "store/deleted_segments.h"
#include "store/entry_format.h"
#include "store/recorder_lock.h"

namespace trafrec::store {
namespace {

Status ReadFacts(db::Database& database, AttemptInfo& info) {
  TRY_ASSIGN(db::Statement facts, database.Prepare("SELECT key, value FROM attempt"));
  while (true) {
    TRY_ASSIGN(const bool row, facts.Step());
    if (!row) {
      return {};
    }
    const std::string_view key = facts.Text(0);
    if (key == "version") {
      info.version = facts.Text(1);
    } else if (key == "source") {
      info.source = facts.Text(1);
    } else if (key == "live") {
      info.live = facts.Int(1) != 0;
    } else if (key == "started_ns") {
      info.started_at = facts.Int(1);
    } else if (key == "ended_ns") {
      info.ended_at = facts.Int(1);
      info.finished = true;
    }
  }
}

Status ReadMarks(db::Database& database, Marks& marks, Marks& durable) {
  TRY_ASSIGN(db::Statement rows, database.Prepare("SELECT name, value FROM mark"));
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      return {};
    }
    const std::string_view name = rows.Text(0);
    if (name == "exchanges_below") {
      marks.exchanges_below = rows.Unsigned(1);
    } else if (name == "requests_through") {
      marks.requests_through = rows.Int(1);
    } else if (name == "answers_through") {
      marks.answers_through = rows.Int(1);
    } else if (name == "durable_exchanges_below") {
      durable.exchanges_below = rows.Unsigned(1);
    } else if (name == "durable_requests_through") {
      durable.requests_through = rows.Int(1);
    } else if (name == "durable_answers_through") {
      durable.answers_through = rows.Int(1);
    } else if (name == "requests_hold") {
      marks.requests_hold.cause = static_cast<HoldCause>(rows.Int(1));
    } else if (name == "requests_hold_exchange") {
      marks.requests_hold.exchange = rows.Unsigned(1);
    } else if (name == "answers_hold") {
      marks.answers_hold.cause = static_cast<HoldCause>(rows.Int(1));
    } else if (name == "answers_hold_exchange") {
      marks.answers_hold.exchange = rows.Unsigned(1);
    }
  }
}

/// Those of this segment, if it has any: later ones replace those of earlier ones.
Status ReadCounters(db::Database& database, Counters& counters) {
  TRY_ASSIGN(db::Statement rows,
             database.Prepare("SELECT name, part_of, value FROM counter ORDER BY name"));
  Counters read;
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      break;
    }
    read.push_back({std::string(rows.Text(0)), std::string(rows.Text(1)), rows.Unsigned(2)});
  }
  if (!read.empty()) {
    counters = std::move(read);
  }
  return {};
}

Status ReadLosses(db::Database& database, std::vector<LossRecord>& losses) {
  TRY_ASSIGN(db::Statement rows,
             database.Prepare("SELECT cause, from_ns, until_ns, connection, packets, bytes, exact, "
                              "of_bytes FROM loss ORDER BY id"));
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      return {};
    }
    LossRecord loss;
    loss.cause = static_cast<LossCause>(rows.Int(0));
    loss.from = rows.Int(1);
    loss.until = rows.Int(2);
    loss.connection = rows.IsNull(3) ? std::nullopt : std::optional(rows.Unsigned(3));
    loss.packets = rows.Unsigned(4);
    loss.bytes = rows.Unsigned(5);
    loss.exact = rows.Int(6) != 0;
    loss.of_bytes = rows.Unsigned(7);
    losses.push_back(loss);
  }
}

/// What one segment adds to the figures of its attempt.
struct SegmentFigures {
  uint64_t exchanges = 0;
  uint64_t messages = 0;
  uint64_t frames = 0;
  uint64_t raw_bytes = 0;
};

Result<SegmentFigures> ReadFigures(db::Database& database) {
  static_assert(kPartReplaces == 8 && kPartContinues == 4);
  const auto number = [&](const char* sql) -> Result<uint64_t> {
    TRY_ASSIGN(const auto value, database.QueryInt(sql));
    return static_cast<uint64_t>(value.value_or(0));
  };
  SegmentFigures figures;
  TRY_ASSIGN(figures.exchanges, number("SELECT count(*) FROM exchange"));
  TRY_ASSIGN(const uint64_t replacing,
             number("SELECT count(*) FROM exchange WHERE parts>=4 AND parts&8"));
  figures.exchanges -= replacing;
  TRY_ASSIGN(figures.messages, number("SELECT count(frame) FROM message"));
  TRY_ASSIGN(figures.frames, number("SELECT count(*) FROM frame"));
  TRY_ASSIGN(figures.raw_bytes, number("SELECT sum(raw_bytes) FROM frame"));
  return figures;
}

Status AddSegment(SegmentFiles& files, const AttemptKey& key, uint32_t segment, AttemptInfo& info) {
  SegmentFigures figures;
  std::vector<LossRecord> losses;
  const Status read = files.With(key, segment, [&](SegmentConnection& connection) -> Status {
    db::Database& database = connection.database();
    losses.clear();
    TRY(ReadFacts(database, info));
    TRY(ReadMarks(database, info.written, info.durable));
    if (connection.immutable()) {
      info.durable = info.written;  // it was synced before it got its name
    }
    TRY(ReadCounters(database, info.counters));
    TRY(ReadLosses(database, losses));
    TRY_ASSIGN(figures, ReadFigures(database));
    return {};
  });
  if (!read) {
    // A new segment may have no content yet.
    return read.error().code == ErrorCode::kNotFound ? Status() : read;
  }
  info.exchanges += figures.exchanges;
  info.messages += figures.messages;
  info.frames += figures.frames;
  info.raw_bytes += figures.raw_bytes;
  info.losses.insert(info.losses.end(), losses.begin(), losses.end());
  return {};
}

Status AddDeleted(const SegmentFiles& files, const AttemptKey& key, AttemptInfo& info) {
  TRY_ASSIGN(const DeletedSegments deleted, FindDeleted(files, key));
  info.deleted_segments = deleted.segments;
  info.deleted_exchanges = deleted.counts.exchanges;
  info.deleted_bytes = deleted.bytes;
  info.deleted_from = deleted.first_at.value_or(0);
  info.deleted_until = deleted.last_at.value_or(0);
  info.deleted_why = deleted.reason;
  for (const LossTotal& loss : deleted.losses) {
    info.losses.push_back({loss.cause, loss.from, loss.until, std::nullopt, loss.packets,
                           loss.bytes, loss.exact, loss.of_bytes});
  }
  return {};
}

uint64_t SizeOf(const std::filesystem::path& path) {
  std::error_code failure;
  const uint64_t bytes = std::filesystem::file_size(path, failure);
  return failure ? 0 : bytes;
}

}  // namespace

bool IsRunning(const SegmentFiles& files, const std::string& recorder) {
  return std::ranges::any_of(files.folders(), [&](const std::filesystem::path& folder) {
    return HolderOfLock(folder / recorder).has_value();
  });
}

Result<std::vector<AttemptInfo>> ReadAttempts(SegmentFiles& files, LogCatalogue& catalogue) {
  std::vector<AttemptInfo> attempts;
  TRY_ASSIGN(const std::vector<AttemptKey> keys, catalogue.AllAttempts());
  for (size_t i = 0; i < keys.size(); ++i) {
    const AttemptKey& key = keys[i];
    AttemptInfo info;
    info.recorder = key.recorder;
    info.attempt = key.attempt;
    const bool newest = i + 1 == keys.size() || keys[i + 1].recorder != key.recorder;
    info.running = newest && IsRunning(files, key.recorder);
    TRY_ASSIGN(const std::vector<SegmentFile> segments, files.Segments(key));
    info.segments = segments.size();
    for (const SegmentFile& segment : segments) {
      info.file_bytes += SizeOf(segment.path) + SizeOf(segment.path.string() + "-wal");
    }
    TRY(AddDeleted(files, key, info));
    TRY_ASSIGN(info.discarded, catalogue.IsDiscarded(key));
    TRY_ASSIGN(const std::vector<uint32_t> visible, catalogue.VisibleSegments(key));
    for (const uint32_t segment : visible) {
      TRY(AddSegment(files, key, segment, info));
    }
    // The last facts are written just before the lock is given back.
    info.running = info.running && !info.finished;
    attempts.push_back(std::move(info));
  }
  return attempts;
}

}  // namespace trafrec::store
