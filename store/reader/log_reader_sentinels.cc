#include "store/reader/log_reader_sentinels.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <tuple>
#include <utility>

#include "store/crypto/encoding.h"
#include "store/format/sentinel_rows.h"

namespace trafrec::store {
namespace {

/// Those of one segment. A new segment may have no content yet.
Status AddSegment(SegmentFiles& files, const AttemptKey& key, uint32_t segment,
                  std::vector<SentinelRecord>& records) {
  std::vector<SentinelRecord> read;
  const Status done = files.With(key, segment, [&](SegmentConnection& connection) {
    read.clear();
    return ReadSentinelRows(
        connection.database(),
        [&](const SentinelRecord& record, const EntryPlace&) { read.push_back(record); });
  });
  if (!done && done.error().code != ErrorCode::kNotFound) {
    return done;
  }
  std::ranges::move(read, std::back_inserter(records));
  return {};
}

/// Segments before this one are older than `since`. Of a job that read old captures nobody can
/// tell.
bool IsOlder(SegmentFiles& files, const AttemptKey& key, uint32_t segment, TimeNs since) {
  bool older = false;
  const Status read = files.With(key, segment, [&](SegmentConnection& connection) -> Status {
    TRY_ASSIGN(const auto through,
               connection.database().QueryInt(
                   "SELECT m.value FROM mark m, attempt a WHERE m.name='packets_through' AND "
                   "m.value>0 AND a.key='live' AND a.value=1"));
    older = through && *through < since;
    return {};
  });
  return read && older;
}

void AddNonces(const std::vector<SentinelRecord>& records, std::optional<TimeNs> since,
               NonceStore& seen) {
  for (const SentinelRecord& record : records) {
    const bool verified = record.verdict == SentinelVerdict::kCounted ||
                          record.verdict == SentinelVerdict::kUnanswered;
    SentinelNonce nonce;
    if (verified && (!since || record.sent_at > *since) && crypto::FromHex(record.nonce, nonce)) {
      seen.AddEarlier(record.sent_at, nonce);
    }
  }
}

}  // namespace

Result<std::vector<SentinelRow>> ReadSentinels(SegmentFiles& files, LogCatalogue& catalogue) {
  std::vector<SentinelRow> rows;
  TRY_ASSIGN(const std::vector<AttemptKey> keys, catalogue.AllAttempts());
  for (const AttemptKey& key : keys) {
    TRY_ASSIGN(const std::vector<uint32_t> segments, catalogue.VisibleSegments(key));
    for (const uint32_t segment : segments) {
      std::vector<SentinelRecord> records;
      TRY(AddSegment(files, key, segment, records));
      for (SentinelRecord& record : records) {
        const ExchangeId id = {key.recorder, key.attempt, record.exchange};
        rows.push_back({id, std::move(record)});
      }
    }
  }
  std::ranges::sort(rows, {},
                    [](const SentinelRow& row) { return std::tie(row.record.at, row.id); });
  return rows;
}

EarlierNonces ReadEarlierNonces(const std::filesystem::path& log, const std::string& recorder,
                                std::optional<TimeNs> since) {
  EarlierNonces earlier;
  if (since) {
    earlier.seen.ForgetThrough(*since);
  }
  const auto warn = [&](const Error& error) {
    earlier.warnings.push_back(
        "sentinels that it had seen cannot be read, so a replayed one may "
        "count again: " +
        error.what);
  };
  SegmentFiles files(log);
  LogCatalogue catalogue(files);
  const Result<std::vector<uint32_t>> attempts = ListAttempts(log / recorder);
  if (!attempts) {
    return earlier;  // the log is new, or the recorder is
  }
  for (const uint32_t attempt : std::views::reverse(*attempts)) {
    const AttemptKey key = {recorder, attempt};
    const Result<std::vector<uint32_t>> segments = catalogue.VisibleSegments(key);
    if (!segments) {
      warn(segments.error());
      continue;
    }
    for (const uint32_t segment : std::views::reverse(*segments)) {
      std::vector<SentinelRecord> records;
      const Status read = AddSegment(files, key, segment, records);
      if (!read) {
        warn(read.error());
        continue;
      }
      AddNonces(records, since, earlier.seen);
      if (since && IsOlder(files, key, segment, *since)) {
        return earlier;
      }
    }
  }
  return earlier;
}

}  // namespace trafrec::store
