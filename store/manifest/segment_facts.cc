#include "store/manifest/segment_facts.h"

#include <string_view>

#include "store/format/entry_format.h"
#include "store/format/sentinel_rows.h"

namespace trafrec::store {
namespace {

std::optional<int64_t> IntAt(const db::Statement& row, int column) {
  return row.IsNull(column) ? std::nullopt : std::optional(row.Int(column));
}

Status ReadLosses(db::Database& database, Manifest& manifest) {
  TRY_ASSIGN(db::Statement rows,
             database.Prepare("SELECT cause, count(*), min(from_ns), max(until_ns), sum(packets), "
                              "sum(bytes), sum(of_bytes), min(exact) FROM loss GROUP BY cause "
                              "ORDER BY cause"));
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      return {};
    }
    manifest.losses.push_back({static_cast<LossCause>(rows.Int(0)), rows.Unsigned(1), rows.Int(2),
                               rows.Int(3), rows.Unsigned(4), rows.Unsigned(5), rows.Unsigned(6),
                               rows.Int(7) != 0});
  }
}

}  // namespace

Status ReadMarks(db::Database& segment, Marks& written, Marks& durable) {
  TRY_ASSIGN(db::Statement rows, segment.Prepare("SELECT name, value FROM mark"));
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      return {};
    }
    const std::string_view name = rows.Text(0);
    if (name == "exchanges_below") {
      written.exchanges_below = rows.Unsigned(1);
    } else if (name == "requests_through") {
      written.requests_through = rows.Int(1);
    } else if (name == "answers_through") {
      written.answers_through = rows.Int(1);
    } else if (name == "durable_exchanges_below") {
      durable.exchanges_below = rows.Unsigned(1);
    } else if (name == "durable_requests_through") {
      durable.requests_through = rows.Int(1);
    } else if (name == "durable_answers_through") {
      durable.answers_through = rows.Int(1);
    } else if (name == "requests_hold") {
      written.requests_hold.cause = static_cast<HoldCause>(rows.Int(1));
    } else if (name == "requests_hold_exchange") {
      written.requests_hold.exchange = rows.Unsigned(1);
    } else if (name == "answers_hold") {
      written.answers_hold.cause = static_cast<HoldCause>(rows.Int(1));
    } else if (name == "answers_hold_exchange") {
      written.answers_hold.exchange = rows.Unsigned(1);
    }
  }
}

Status ReadAttemptFacts(db::Database& segment, Manifest& manifest) {
  TRY_ASSIGN(db::Statement facts, segment.Prepare("SELECT key, value FROM attempt"));
  while (true) {
    TRY_ASSIGN(const bool row, facts.Step());
    if (!row) {
      return {};
    }
    const std::string_view key = facts.Text(0);
    if (key == "log_id") {
      manifest.log_id = facts.Text(1);
    } else if (key == "recorder") {
      manifest.recorder = facts.Text(1);
    } else if (key == "attempt") {
      manifest.attempt = static_cast<uint32_t>(facts.Int(1));
    } else if (key == "segment") {
      manifest.segment = static_cast<uint32_t>(facts.Int(1));
    } else if (key == "version") {
      manifest.version = facts.Text(1);
    } else if (key == "source") {
      manifest.source = facts.Text(1);
    } else if (key == "job") {
      manifest.job = facts.Text(1);
    } else if (key == "live") {
      manifest.live = facts.Int(1) != 0;
    } else if (key == "started_ns") {
      manifest.started_at = facts.Int(1);
    } else if (key == "ended_ns") {
      manifest.ended_at = facts.Int(1);
    } else if (key == "crashed_ns") {
      manifest.crashed_at = facts.Int(1);
    } else if (key == "error") {
      manifest.error = facts.Text(1);
    }
  }
}

Status ReadSegmentCounts(db::Database& segment, Manifest& manifest) {
  static_assert(kPartReplaces == 8 && kPartContinues == 4);
  SegmentCounts& counts = manifest.counts;
  TRY_ASSIGN(db::Statement frames,
             segment.Prepare("SELECT count(*), sum(entries), sum(raw_bytes), min(first_ns), "
                             "max(last_ns) FROM frame"));
  TRY(frames.Step());
  counts.frames = frames.Unsigned(0);
  counts.entries = frames.Unsigned(1);
  counts.raw_bytes = frames.Unsigned(2);
  manifest.first_at = IntAt(frames, 3);
  manifest.last_at = IntAt(frames, 4);
  // The index knows the few rows that may replace one of an earlier segment.
  TRY_ASSIGN(
      db::Statement rows,
      segment.Prepare("SELECT (SELECT count(*) FROM exchange), (SELECT count(*) FROM exchange "
                      "WHERE parts>=4 AND parts&8), (SELECT min(n) FROM exchange), "
                      "(SELECT max(n) FROM exchange), (SELECT count(frame) FROM message), "
                      "(SELECT count(*) FROM connection)"));
  TRY(rows.Step());
  counts.exchanges = rows.Unsigned(0) - rows.Unsigned(1);
  manifest.first_exchange = rows.Unsigned(2);
  manifest.last_exchange = rows.Unsigned(3);
  counts.messages = rows.Unsigned(4);
  counts.connections = rows.Unsigned(5);
  TRY_ASSIGN(const bool sentinels, HasSentinelTable(segment));
  if (sentinels) {
    TRY_ASSIGN(const auto counted,
               segment.QueryInt("SELECT count(*) FROM sentinel WHERE verdict=0"));
    counts.watermarks = static_cast<uint64_t>(counted.value_or(0));
  }
  return {};
}

Result<Manifest> ReadSegmentFacts(const std::filesystem::path& segment) {
  TRY_ASSIGN(db::Database database, db::Database::Open(segment, db::OpenMode::kReadImmutable));
  Manifest manifest;
  TRY(ReadAttemptFacts(database, manifest));
  TRY(ReadSegmentCounts(database, manifest));
  TRY(ReadLosses(database, manifest));
  Marks durable;  // a sealed segment is: nothing is left to tell
  TRY(ReadMarks(database, manifest.marks, durable));
  return manifest;
}

}  // namespace trafrec::store
