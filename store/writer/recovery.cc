#include "store/writer/recovery.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>

#include "store/files/log_layout.h"
#include "store/limits.h"
#include "store/manifest/manifest_chain.h"
#include "store/writer/segment_writer.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

/// What the last readable segment of a dead attempt says about it.
struct Remains {
  AttemptFacts facts;
  uint32_t segment = 0;
  bool ended = false;
  TimeNs requests_through = 0;
};

/// Facts of the attempt by their key.
Result<std::map<std::string, std::string>> ReadAttemptFacts(db::Database& database) {
  TRY_ASSIGN(db::Statement rows, database.Prepare("SELECT key, value FROM attempt"));
  std::map<std::string, std::string> facts;
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      return facts;
    }
    facts[std::string(rows.Text(0))] = rows.Text(1);
  }
}

Result<Remains> ReadRemains(const SegmentFile& file) {
  const bool open = file.state == SegmentState::kOpen;
  TRY_ASSIGN(db::Database database,
             db::Database::Open(file.path,
                                open ? db::OpenMode::kReadWrite : db::OpenMode::kReadImmutable));
  database.SetBusyTimeout(limits::kReaderBusyMs);
  TRY_ASSIGN(auto facts, ReadAttemptFacts(database));
  const auto number = [&](const char* key) {
    return static_cast<int64_t>(std::strtoll(facts[key].c_str(), nullptr, 10));
  };
  Remains remains;
  remains.facts = {
      facts["log_id"],     facts["recorder"],   static_cast<uint32_t>(number("attempt")),
      facts["version"],    facts["source"],     facts["job"],
      number("live") != 0, facts["durability"], number("started_ns")};
  remains.segment = file.number;
  remains.ended = facts.contains("ended_ns") || facts.contains("crashed_ns");
  TRY_ASSIGN(
      const auto through,
      database.QueryInt("SELECT value FROM mark WHERE name='requests_through' AND value > 0"));
  remains.requests_through = through.value_or(remains.facts.started_at);
  return remains;
}

/// Of the last segment that can be read: one that is damaged is no reason to say nothing of the
/// crash. Any other failure is, as the next start may see more.
Result<Remains> ReadLastRemains(const std::vector<SegmentFile>& segments) {
  for (auto segment = segments.rbegin();; ++segment) {
    Result<Remains> remains = ReadRemains(*segment);
    if (remains || remains.error().code != ErrorCode::kCorrupt ||
        std::next(segment) == segments.rend()) {
      return remains;
    }
  }
}

/// The file was made, but its schema was never committed.
bool IsUnborn(const fs::path& path) {
  Result<db::Database> database = db::Database::Open(path, db::OpenMode::kReadWrite);
  if (!database) {
    return false;
  }
  database->SetBusyTimeout(limits::kReaderBusyMs);
  const auto tables = database->QueryInt("SELECT count(*) FROM sqlite_schema");
  return tables && tables->value_or(1) == 0;
}

Status AddCrashRow(const fs::path& directory, const SegmentFile& last, const Remains& remains,
                   TimeNs now, SegmentSealer& sealer) {
  LossRecord crash;
  crash.cause = LossCause::kCrash;
  // A request that began before the last packet may still have been coming in, and what the kernel
  // dropped last was not told.
  crash.from = remains.requests_through - limits::kDropsIntervalMs * kNsPerMs;
  crash.until = std::max(now, crash.from);
  SegmentWriter writer(remains.facts, directory, Compression::kNone, 0);
  if (last.state == SegmentState::kOpen && last.number == remains.segment) {
    TRY(writer.Reopen(last));
  } else {
    TRY(writer.OpenAfter(last.number));
  }
  TRY(writer.WriteLosses({&crash, 1}));
  TRY(writer.PutAttemptFact("crashed_ns", now));
  TRY(writer.CommitAsIs());
  auto [database, path] = writer.TakeSegment();
  {
    const db::Database closed = std::move(database);
  }
  sealer.SubmitLeft(std::move(path));
  return {};
}

Status RecoverAttempt(const fs::path& directory, TimeNs now, SegmentSealer& sealer) {
  TRY_ASSIGN(std::vector<SegmentFile> segments, ListSegments(directory));
  while (!segments.empty() && segments.back().state == SegmentState::kOpen &&
         IsUnborn(segments.back().path)) {
    RemoveSegment(segments.back().path);
    segments.pop_back();
  }
  if (segments.empty()) {
    return {};
  }
  TRY_ASSIGN(const Remains remains, ReadLastRemains(segments));
  if (!remains.facts.live) {
    return {};
  }
  for (const SegmentFile& segment : segments) {
    const bool gets_crash_row =
        !remains.ended && segment.number == remains.segment && segment.state == SegmentState::kOpen;
    if (segment.state != SegmentState::kSealed && !gets_crash_row) {
      sealer.SubmitLeft(segment.path);
    }
  }
  return remains.ended ? Status() : AddCrashRow(directory, segments.back(), remains, now, sealer);
}

}  // namespace

void RecoverAttempts(const fs::path& recorder_directory, const std::vector<uint32_t>& attempts,
                     TimeNs now, SegmentSealer& sealer) {
  if (attempts.empty()) {
    return;
  }
  sealer.Do([recorder_directory, attempts, now, &sealer] {
    for (const uint32_t attempt : attempts) {
      // What cannot be recovered must not keep the new recording from going on; the next start
      // tries again, and verify tells of it.
      const fs::path directory = recorder_directory / AttemptDirectoryName(attempt);
      static_cast<void>(RecoverAttempt(directory, now, sealer));
      for (fs::path& unkept : SegmentsWithoutManifest(directory, attempt == attempts.back())) {
        sealer.SubmitLeft(std::move(unkept));
      }
    }
  });
}

}  // namespace trafrec::store
