#include "store/reader/log_reader_attempts.h"

#include <algorithm>
#include <system_error>

#include "store/files/recorder_lock.h"
#include "store/manifest/segment_facts.h"
#include "store/reader/deleted_segments.h"
#include "store/reader/log_reader_results.h"
#include "store/reader/missing_segments.h"

namespace trafrec::store {
namespace {

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

/// What the segment says of the attempt as a whole; a later one knows more.
Status AddProgress(SegmentConnection& connection, Manifest& facts, AttemptProgress& progress) {
  TRY(ReadAttemptFacts(connection.database(), facts));
  TRY(ReadMarks(connection.database(), progress.written, progress.durable));
  if (connection.immutable()) {
    progress.durable = progress.written;  // it was synced before it got its name
  }
  progress.live = facts.live;
  progress.finished = progress.finished || facts.ended_at;
  return {};
}

Status AddSegment(SegmentFiles& files, const AttemptKey& key, uint32_t segment, AttemptInfo& info) {
  Manifest facts;
  std::vector<LossRecord> losses;
  uint64_t results = 0;
  const Status read = files.With(key, segment, [&](SegmentConnection& connection) -> Status {
    db::Database& database = connection.database();
    facts = {};
    losses.clear();
    TRY(AddProgress(connection, facts, info));
    TRY(ReadSegmentCounts(database, facts));
    TRY(ReadCounters(database, info.counters));
    TRY(ReadLosses(database, losses));
    TRY_ASSIGN(results, CountResults(connection));
    return {};
  });
  if (!read) {
    // A new segment may have no content yet.
    return read.error().code == ErrorCode::kNotFound ? Status() : read;
  }
  info.version = facts.version;
  info.source = facts.source;
  info.started_at = facts.started_at;
  info.ended_at = facts.ended_at.value_or(info.ended_at);
  info.exchanges += facts.counts.exchanges;
  info.messages += facts.counts.messages;
  info.frames += facts.counts.frames;
  info.results += results;
  info.raw_bytes += facts.counts.raw_bytes;
  info.losses.insert(info.losses.end(), losses.begin(), losses.end());
  return {};
}

Status AddMissing(const SegmentFiles& files, const AttemptKey& key, AttemptInfo& info) {
  TRY_ASSIGN(const MissingSegments missing, FindMissing(files, key));
  info.missing_segments = missing.segments;
  info.missing_exchanges = missing.exchanges;
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

/// Who it is of all of them, and what no segment says.
Status Identify(const SegmentFiles& files, LogCatalogue& catalogue,
                const std::vector<AttemptKey>& keys, size_t which, AttemptProgress& progress) {
  const AttemptKey& key = keys[which];
  progress.recorder = key.recorder;
  progress.attempt = key.attempt;
  const bool newest = which + 1 == keys.size() || keys[which + 1].recorder != key.recorder;
  progress.running = newest && IsRunning(files, key.recorder);
  TRY_ASSIGN(progress.discarded, catalogue.IsDiscarded(key));
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
    TRY(Identify(files, catalogue, keys, i, info));
    TRY_ASSIGN(const std::vector<SegmentFile> segments, files.Segments(key));
    info.segments = segments.size();
    for (const SegmentFile& segment : segments) {
      info.file_bytes += SizeOf(segment.path) + SizeOf(segment.path.string() + "-wal");
    }
    TRY(AddDeleted(files, key, info));
    TRY(AddMissing(files, key, info));
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

Result<std::vector<AttemptProgress>> ReadProgress(SegmentFiles& files, LogCatalogue& catalogue) {
  std::vector<AttemptProgress> all;
  TRY_ASSIGN(const std::vector<AttemptKey> keys, catalogue.AllAttempts());
  for (size_t i = 0; i < keys.size(); ++i) {
    AttemptProgress progress;
    TRY(Identify(files, catalogue, keys, i, progress));
    TRY_ASSIGN(const std::vector<uint32_t> visible, catalogue.VisibleSegments(keys[i]));
    // A new segment may have no content yet: the one before it knows.
    for (size_t at = visible.size(); at > 0; --at) {
      const Status read =
          files.With(keys[i], visible[at - 1], [&](SegmentConnection& connection) -> Status {
            Manifest facts;
            return AddProgress(connection, facts, progress);
          });
      if (read) {
        break;
      }
      if (read.error().code != ErrorCode::kNotFound) {
        return std::unexpected(read.error());
      }
    }
    progress.running = progress.running && !progress.finished;
    all.push_back(std::move(progress));
  }
  return all;
}

}  // namespace trafrec::store
