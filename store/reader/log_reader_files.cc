#include "store/reader/log_reader_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <system_error>
#include <thread>

#include "store/db/query_guard.h"
#include "store/db/regexp.h"
#include "store/format/result_link_rows.h"
#include "store/format/segment_schema.h"
#include "store/manifest/manifest_files.h"
#include "store/reader/segment_decryption.h"
#include "store/reader_limits.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

/// A pause before the next try at a segment that is locked or changes its name.
constexpr std::chrono::milliseconds kRetryPause{5};

Status CheckSegment(db::Database& database) {
  TRY_ASSIGN(const auto tables, database.QueryInt("SELECT count(*) FROM sqlite_schema"));
  if (tables.value_or(0) == 0) {
    return Fail(ErrorCode::kNotFound, database.path() + " has no content yet");
  }
  TRY_ASSIGN(const auto application, database.QueryInt("PRAGMA application_id"));
  if (application != kApplicationId) {
    return Fail(ErrorCode::kCorrupt, database.path() + " is no segment of a log");
  }
  TRY_ASSIGN(const auto version, database.QueryInt("PRAGMA user_version"));
  if (version.value_or(0) > kSegmentVersion) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("{} has segment version {}, this program reads versions up to {}",
                            database.path(), *version, kSegmentVersion),
                "use a newer trafrec");
  }
  return {};
}

/// Segments that were written before there was the column message.first_seq get one that is NULL.
Status AddMissingColumns(db::Database& database) {
  TRY_ASSIGN(const auto known,
             database.QueryInt(
                 "SELECT count(*) FROM pragma_table_info('message') WHERE name='first_seq'"));
  if (known.value_or(0) > 0) {
    return {};
  }
  return database.Execute(
      "CREATE TEMP VIEW message AS SELECT *, NULL AS first_seq FROM main.message");
}

Status Connect(const fs::path& path, SegmentState state, const Identities& identities,
               std::optional<SegmentConnection>& connection) {
  const bool open = state == SegmentState::kOpen;
  Result<db::Database> database =
      db::Database::Open(path, open ? db::OpenMode::kReadOnly : db::OpenMode::kReadImmutable);
  Status checked;
  if (database) {
    database->SetBusyTimeout(open ? limits::kOpenSegmentBusyMs : 0);
    checked = CheckSegment(*database);
    if (checked) {
      checked = AddMissingColumns(*database);
    }
  } else {
    checked = std::unexpected(database.error());
  }
  if (!checked) {
    Error error = checked.error();
    if (open && (error.code == ErrorCode::kIo || error.code == ErrorCode::kPermission)) {
      error.remedy =
          "an open segment needs a folder that you may write to (SQLite's shared memory); sealed "
          "ones do not";
    }
    return std::unexpected(std::move(error));
  }
  TRY(database->Execute(fmt::format("PRAGMA cache_size=-{}", limits::kReaderPageCacheKiB)));
  auto placed = std::make_unique<db::Database>(*std::move(database));
  TRY_ASSIGN(std::unique_ptr<SegmentCipher> cipher, OpenEncryptedSegment(*placed, identities));
  connection.emplace(std::move(placed), state, std::move(cipher));
  return {};
}

}  // namespace

Result<db::Statement*> SegmentConnection::Prepared(std::string_view sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) {
    known->second.Reset();
    return &known->second;
  }
  TRY_ASSIGN(db::Statement statement, database_->Prepare(sql, true));
  return &statements_.emplace(sql, std::move(statement)).first->second;
}

Result<db::Statement*> SegmentConnection::PreparedGuarded(std::string_view sql) {
  TRY(UseRegexp());
  if (statements_.contains(sql)) {
    return Prepared(sql);
  }
  const db::QueryGuard guard(*database_);
  return Prepared(sql);
}

Status SegmentConnection::UseRegexp() {
  if (!has_regexp_) {
    TRY(db::AddRegexp(*database_));
    has_regexp_ = true;
  }
  return {};
}

Result<bool> SegmentConnection::MayHaveResults() {
  if (!may_have_results_) {
    TRY_ASSIGN(bool may, HasResultLinkTable(*database_));
    if (may && immutable()) {
      TRY_ASSIGN(const auto first, database_->QueryInt("SELECT 1 FROM result_link LIMIT 1"));
      may = first.has_value();
    }
    may_have_results_ = may;
  }
  return *may_have_results_;
}

namespace {

Result<SegmentConnection> ConnectFirst(const std::vector<fs::path>& directories, uint32_t segment,
                                       const Identities& identities) {
  constexpr std::array kStates = {SegmentState::kSealed, SegmentState::kSealing,
                                  SegmentState::kOpen};
  // A segment changes its name twice in its life, each time to one that was looked for before.
  for (int round = 0; round < 3; ++round) {
    for (const SegmentState state : kStates) {
      for (const fs::path& directory : directories) {
        const fs::path path = directory / SegmentFileName(segment, state);
        std::error_code ignored;
        if (!fs::exists(path, ignored)) {
          continue;
        }
        std::optional<SegmentConnection> connection;
        const Status connected = Connect(path, state, identities, connection);
        if (connected) {
          return *std::move(connection);
        }
        if (fs::exists(path, ignored)) {
          return std::unexpected(connected.error());
        }
      }
    }
  }
  return Fail(ErrorCode::kNotFound,
              fmt::format("there is no segment {:06} in {}", segment,
                          directories.empty() ? "the log" : directories.front().string()));
}

}  // namespace

Result<SegmentConnection> ConnectSegment(const fs::path& attempt_directory, uint32_t segment,
                                         const Identities& identities) {
  return ConnectFirst({attempt_directory}, segment, identities);
}

std::vector<fs::path> SegmentFiles::Directories(const AttemptKey& attempt) const {
  std::vector<fs::path> directories;
  for (const fs::path& folder : folders_) {
    fs::path directory = folder / attempt.recorder / AttemptDirectoryName(attempt.attempt);
    std::error_code ignored;
    if (fs::is_directory(directory, ignored)) {
      directories.push_back(std::move(directory));
    }
  }
  return directories;
}

Result<std::vector<SegmentFile>> SegmentFiles::Segments(const AttemptKey& attempt) const {
  std::vector<SegmentFile> all;
  for (const fs::path& directory : Directories(attempt)) {
    TRY_ASSIGN(const std::vector<SegmentFile> here, ListSegments(directory));
    all.insert(all.end(), here.begin(), here.end());
  }
  std::ranges::stable_sort(all, [](const SegmentFile& one, const SegmentFile& other) {
    return std::pair(one.number, other.state) < std::pair(other.number, one.state);
  });
  // While it is renamed, a segment may be listed under both names.
  const auto twice = std::ranges::unique(all, {}, &SegmentFile::number);
  all.erase(twice.begin(), twice.end());
  return all;
}

bool SegmentFiles::WasDeleted(const AttemptKey& attempt, uint32_t segment,
                              const Status& status) const {
  return !status && status.error().code == ErrorCode::kNotFound && HasTombstone(attempt, segment);
}

bool SegmentFiles::HasTombstone(const AttemptKey& attempt, uint32_t segment) const {
  return std::ranges::any_of(Directories(attempt), [&](const std::filesystem::path& directory) {
    return store::HasTombstone(directory, segment);
  });
}

bool SegmentFiles::IsLive(const AttemptKey& attempt, uint32_t segment) const {
  return std::ranges::any_of(Directories(attempt), [&](const std::filesystem::path& directory) {
    return IsInWalMode(directory / SegmentFileName(segment, SegmentState::kOpen));
  });
}

Status SegmentFiles::With(const AttemptKey& attempt, uint32_t segment, const Use& use) {
  const auto known = std::ranges::find_if(
      kept_, [&](const Kept& kept) { return kept.segment == segment && kept.attempt == attempt; });
  if (known != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, known);
    return use(*kept_.front().connection);
  }
  for (int tries = 1;; ++tries) {
    Result<SegmentConnection> connection = ConnectFirst(Directories(attempt), segment, identities_);
    Status used;
    if (!connection) {
      used = std::unexpected(connection.error());
    } else if (connection->immutable()) {
      kept_.push_front(
          {attempt, segment, std::make_unique<SegmentConnection>(*std::move(connection))});
      if (kept_.size() > limits::kReaderConnectionsMax) {
        kept_.pop_back();
      }
      return use(*kept_.front().connection);
    } else {
      used = use(*connection);
    }
    if (used || used.error().code != ErrorCode::kInUse || tries >= limits::kLiveSegmentTries ||
        (tries >= limits::kOpenSegmentTries && !IsLive(attempt, segment))) {
      return used;
    }
    std::this_thread::sleep_for(kRetryPause);
  }
}

}  // namespace trafrec::store
