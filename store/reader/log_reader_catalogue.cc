#include "store/reader/log_reader_catalogue.h"

#include <algorithm>
#include <optional>
#include <set>

#include "store/manifest/manifest_files.h"
#include "store/reader/summary.h"

namespace trafrec::store {
namespace {

Result<std::optional<int64_t>> AttemptNumber(SegmentConnection& connection, std::string_view key) {
  TRY_ASSIGN(db::Statement * statement,
             connection.Prepared("SELECT value FROM attempt WHERE key=?"));
  TRY_ASSIGN(const bool row, statement->Bind(0, key).Step());
  return row && !statement->IsNull(0) ? std::optional(statement->Int(0)) : std::nullopt;
}

Result<int64_t> Number(SegmentConnection& connection, const char* sql) {
  TRY_ASSIGN(const auto number, connection.database().QueryInt(sql));
  return number.value_or(0);
}

Status ReadProgress(SegmentConnection& connection, AttemptSnapshot& snapshot) {
  TRY_ASSIGN(const auto ended, AttemptNumber(connection, "ended_ns"));
  TRY_ASSIGN(const auto crashed, AttemptNumber(connection, "crashed_ns"));
  TRY_ASSIGN(const auto started, AttemptNumber(connection, "started_ns"));
  TRY_ASSIGN(const int64_t below,
             Number(connection, "SELECT value FROM mark WHERE name='exchanges_below'"));
  TRY_ASSIGN(const int64_t through,
             Number(connection, "SELECT value FROM mark WHERE name='requests_through'"));
  snapshot.settled = ended || crashed;
  snapshot.exchanges_below = static_cast<ExchangeNumber>(below);
  // Before it has seen a packet it knows at least that there is nothing of before its start.
  snapshot.requests_through = through != 0 ? through : started.value_or(0);
  return {};
}

}  // namespace

Result<std::vector<AttemptKey>> LogCatalogue::AllAttempts() const {
  std::set<AttemptKey> keys;
  for (const std::filesystem::path& folder : files_.folders()) {
    TRY_ASSIGN(const std::vector<std::string> recorders, ListRecorders(folder));
    for (const std::string& recorder : recorders) {
      TRY_ASSIGN(const std::vector<uint32_t> attempts, ListAttempts(folder / recorder));
      for (const uint32_t attempt : attempts) {
        keys.insert({recorder, attempt});
      }
    }
  }
  return std::vector<AttemptKey>(keys.begin(), keys.end());
}

Result<bool> LogCatalogue::IsDiscarded(const AttemptKey& key) {
  if (!discarded_) {
    std::set<AttemptKey> discarded;
    for (const std::filesystem::path& folder : files_.folders()) {
      const Result<StoredSummary> summary = ReadSummary(folder);
      if (!summary) {
        if (summary.error().code == ErrorCode::kNotFound) {
          continue;
        }
        return std::unexpected(summary.error());
      }
      for (const auto& [each, said] : summary->attempts) {
        if (said.state == AttemptState::kDiscarded) {
          discarded.insert(each);
        }
      }
    }
    discarded_ = std::move(discarded);
  }
  return discarded_->contains(key);
}

Result<bool> LogCatalogue::IsVisible(const AttemptKey& key,
                                     const std::vector<SegmentFile>& segments) {
  if (!live_.contains(key)) {
    // The oldest may be deleted while it is looked at.
    const auto remaining = std::ranges::find_if(segments, [&](const SegmentFile& segment) {
      return !files_.HasTombstone(key, segment.number);
    });
    const SegmentFile& first = remaining == segments.end() ? segments.front() : *remaining;
    const bool finite_at_work = first.state == SegmentState::kOpen && !IsInWalMode(first.path);
    std::optional<int64_t> live;
    const Status read =
        files_.With(key, first.number, [&](SegmentConnection& connection) -> Status {
          TRY_ASSIGN(live, AttemptNumber(connection, "live"));
          return {};
        });
    if (!read && (finite_at_work || read.error().code == ErrorCode::kNotFound)) {
      // Locked by a running job, or left unfinished by a dead one, or just being made.
      return false;
    }
    TRY(read);
    live_[key] = live.value_or(1) != 0;
  }
  if (live_[key] || finished_.contains(key)) {
    return true;
  }
  const SegmentFile& last = segments.back();
  if (last.state == SegmentState::kOpen) {
    return false;
  }
  std::optional<int64_t> ended;
  const Status visited =
      files_.With(key, last.number, [&](SegmentConnection& connection) -> Status {
        TRY_ASSIGN(ended, AttemptNumber(connection, "ended_ns"));
        return {};
      });
  TRY(visited);
  if (ended) {
    finished_[key] = true;
  }
  return ended.has_value();
}

Result<std::vector<uint32_t>> LogCatalogue::VisibleSegments(const AttemptKey& key) {
  TRY_ASSIGN(const std::vector<SegmentFile> segments, files_.Segments(key));
  TRY_ASSIGN(const bool discarded, IsDiscarded(key));
  if (segments.empty() || discarded) {
    return std::vector<uint32_t>();
  }
  TRY_ASSIGN(const bool visible, IsVisible(key, segments));
  std::vector<uint32_t> numbers;
  for (const SegmentFile& segment : segments) {
    if (visible) {
      numbers.push_back(segment.number);
    }
  }
  return numbers;
}

Result<std::vector<AttemptSnapshot>> LogCatalogue::TakeSnapshots() {
  std::vector<AttemptSnapshot> snapshots;
  TRY_ASSIGN(const std::vector<AttemptKey> keys, AllAttempts());
  for (const AttemptKey& key : keys) {
    AttemptSnapshot snapshot;
    snapshot.key = key;
    TRY_ASSIGN(snapshot.segments, VisibleSegments(key));
    while (!snapshot.segments.empty()) {
      const Status read =
          files_.With(key, snapshot.segments.back(), [&](SegmentConnection& connection) -> Status {
            // The marks first: a commit in between must not let them promise later frames.
            TRY(ReadProgress(connection, snapshot));
            TRY_ASSIGN(snapshot.frames_through, Number(connection, "SELECT max(id) FROM frame"));
            return {};
          });
      if (read) {
        break;
      }
      // The newest segment may have no content yet; what was read of it is for the next time.
      if (read.error().code != ErrorCode::kNotFound) {
        return std::unexpected(read.error());
      }
      snapshot.segments.pop_back();
    }
    if (!snapshot.segments.empty()) {
      snapshots.push_back(std::move(snapshot));
    }
  }
  return snapshots;
}

}  // namespace trafrec::store
