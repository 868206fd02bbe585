#include "store/recovery.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "store/log_layout.h"
#include "store/reserve_file.h"
#include "store/segment_writer.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

/// What the last readable segment of a dead attempt says about it.
struct Remains {
  AttemptFacts facts;
  uint32_t segment = 0;
  bool ended = false;
  TimeNs packets_through = 0;
};

std::optional<Remains> ReadRemains(const SegmentFile& file) {
  const bool open = file.state == SegmentState::kOpen;
  Result<db::Database> database =
      db::Database::Open(file.path, open ? db::OpenMode::kReadWrite : db::OpenMode::kReadImmutable);
  if (!database) {
    return std::nullopt;
  }
  const auto text = [&](const char* key) {
    return database->QueryText(std::string("SELECT value FROM attempt WHERE key='") + key + "'")
        .value_or(std::string());
  };
  const auto number = [&](const char* key) {
    return database->QueryInt(std::string("SELECT value FROM attempt WHERE key='") + key + "'")
        .value_or(std::nullopt);
  };
  const std::optional<int64_t> live = number("live");
  if (!live) {
    return std::nullopt;
  }
  Remains remains;
  remains.facts = {text("log_id"),
                   text("recorder"),
                   static_cast<uint32_t>(number("attempt").value_or(0)),
                   text("version"),
                   text("source"),
                   *live != 0,
                   number("started_ns").value_or(0)};
  remains.segment = file.number;
  remains.ended = number("ended_ns").has_value() || number("crashed_ns").has_value();
  remains.packets_through =
      database->QueryInt("SELECT value FROM mark WHERE name='packets_through' AND value > 0")
          .value_or(std::nullopt)
          .value_or(remains.facts.started_at);
  return remains;
}

/// The file was made, but its schema was never committed.
void RemoveUnborn(const fs::path& path) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    fs::remove(path.string() + suffix, ignored);
  }
}

bool IsUnborn(const fs::path& path) {
  Result<db::Database> database = db::Database::Open(path, db::OpenMode::kReadWrite);
  if (!database) {
    return false;
  }
  const auto tables = database->QueryInt("SELECT count(*) FROM sqlite_schema");
  return tables && tables->value_or(1) == 0;
}

Status AddCrashRow(const fs::path& directory, const SegmentFile& last, const Remains& remains,
                   TimeNs now, SegmentSealer& sealer) {
  LossRecord crash;
  crash.cause = LossCause::kCrash;
  crash.from = remains.packets_through;
  crash.until = std::max(now, crash.from);
  SegmentWriter writer(remains.facts, directory, Compression::kNone, 0);
  if (last.state == SegmentState::kOpen) {
    TRY(writer.Reopen(last));
  } else {
    TRY(writer.OpenAfter(last));
  }
  TRY(writer.WriteLosses({&crash, 1}));
  TRY(writer.PutAttemptFact("crashed_ns", now));
  TRY(writer.CommitAsIs());
  auto [database, path] = writer.TakeSegment();
  {
    const db::Database closed = std::move(database);
  }
  const Result<bool> sealed = SealSegment(path);
  if (!sealed || !*sealed) {
    sealer.Submit(path, std::nullopt);
  }
  return {};
}

Status RecoverAttempt(const fs::path& directory, TimeNs now, SegmentSealer& sealer) {
  std::error_code ignored;
  fs::remove(directory / kReserveName, ignored);
  TRY_ASSIGN(std::vector<SegmentFile> segments, ListSegments(directory));
  while (!segments.empty() && segments.back().state == SegmentState::kOpen &&
         IsUnborn(segments.back().path)) {
    RemoveUnborn(segments.back().path);
    segments.pop_back();
  }
  if (segments.empty()) {
    return {};
  }
  const std::optional<Remains> remains = ReadRemains(segments.back());
  if (!remains || !remains->facts.live) {
    return {};
  }
  for (SegmentFile& segment : segments) {
    const bool gets_crash_row = !remains->ended && segment.number == remains->segment &&
                                segment.state == SegmentState::kOpen;
    if (segment.state != SegmentState::kSealed && !gets_crash_row) {
      const Result<bool> sealed = SealSegment(segment.path);
      if (!sealed || !*sealed) {
        sealer.Submit(segment.path, std::nullopt);
      }
    }
  }
  return remains->ended ? Status() : AddCrashRow(directory, segments.back(), *remains, now, sealer);
}

}  // namespace

Result<uint32_t> RecoverAttempts(const fs::path& log, const std::string& recorder, TimeNs now,
                                 SegmentSealer& sealer) {
  const fs::path directory = log / recorder;
  TRY_ASSIGN(const std::vector<uint32_t> attempts, ListAttempts(directory));
  for (const uint32_t attempt : attempts) {
    const fs::path path = directory / AttemptDirectoryName(attempt);
    // One attempt that cannot be recovered must not keep the next recording from starting.
    static_cast<void>(RecoverAttempt(path, now, sealer));
  }
  return attempts.empty() ? 0 : attempts.back();
}

}  // namespace trafrec::store
