#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "store/db/database.h"
#include "store/files/log_layout.h"
#include "store/format/encryption.h"
#include "store/format/segment_cipher.h"

namespace trafrec::store {

struct AttemptKey {
  std::string recorder;
  uint32_t attempt = 0;

  friend auto operator<=>(const AttemptKey&, const AttemptKey&) = default;
};

/// One connection to a segment, with the statements that were prepared on it.
class SegmentConnection {
 public:
  SegmentConnection(std::unique_ptr<db::Database> database, SegmentState state,
                    std::unique_ptr<SegmentCipher> cipher)
      : cipher_(std::move(cipher)), database_(std::move(database)), state_(state) {}

  db::Database& database() { return *database_; }
  SegmentState state() const { return state_; }
  /// Null: the segment is not encrypted, or not for this reader.
  const SegmentCipher* cipher() const { return cipher_.get(); }
  /// Nobody changes the file any more, so it may be held as long as one likes.
  bool immutable() const { return state_ != SegmentState::kOpen; }
  /// The statement of that text, prepared once a connection and reset.
  Result<db::Statement*> Prepared(std::string_view sql);
  /// Where statements of a person's text are used: the regexp function, and a guard while they are
  /// prepared.
  Result<db::Statement*> PreparedGuarded(std::string_view sql);
  /// Adds the regexp function, once: SQLite cannot replace it while a statement runs.
  Status UseRegexp();
  /// Whether it can have links of a replay's results, or will: few segments do.
  Result<bool> MayHaveResults();

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  std::unique_ptr<SegmentCipher> cipher_;   // outlives the database, whose functions use it
  std::unique_ptr<db::Database> database_;  // whose tables know its place
  SegmentState state_;
  bool has_regexp_ = false;
  std::optional<bool> may_have_results_;
  std::unordered_map<std::string, db::Statement, Hash, std::equal_to<>> statements_;
};

/// Opens a segment read-only, wherever it is on its way from .open to .sqlite, and refuses files
/// that are no segments or newer ones. kNotFound: there is no such segment, or not yet anything in
/// it.
Result<SegmentConnection> ConnectSegment(const std::filesystem::path& attempt_directory,
                                         uint32_t segment, const Identities& identities = nullptr);

/// The way to a log's segments for one reader. Keeps connections to sealed segments; to open ones
/// only while they are used. A log may lie in several folders, copies that each lack something: of
/// a segment that several have, the most settled file counts, and the first of equals.
class SegmentFiles {
 public:
  explicit SegmentFiles(std::filesystem::path log, Identities identities = nullptr)
      : folders_{std::move(log)}, identities_(std::move(identities)) {}
  explicit SegmentFiles(std::vector<std::filesystem::path> folders, Identities identities = nullptr)
      : folders_(std::move(folders)), identities_(std::move(identities)) {}

  using Use = std::function<Status(SegmentConnection&)>;
  /// Calls `use` with a connection. It may be called again with another one if the segment was
  /// locked, so it must begin by forgetting what it did; and it must be done within
  /// kOpenSegmentHoldMs or so.
  Status With(const AttemptKey& attempt, uint32_t segment, const Use& use);
  /// With failed because retention took the segment away after it was listed: it has no rows now.
  bool WasDeleted(const AttemptKey& attempt, uint32_t segment, const Status& status) const;

  /// The segments of an attempt that any folder has, ascending, each once.
  Result<std::vector<SegmentFile>> Segments(const AttemptKey& attempt) const;

  /// Retention deleted that segment in one of the folders, or is about to.
  bool HasTombstone(const AttemptKey& attempt, uint32_t segment) const;

  const std::vector<std::filesystem::path>& folders() const { return folders_; }
  /// The first folder, and an attempt's place in it, whether it is there or not.
  const std::filesystem::path& log() const { return folders_.front(); }
  std::filesystem::path Directory(const AttemptKey& attempt) const {
    return log() / attempt.recorder / AttemptDirectoryName(attempt.attempt);
  }

 private:
  struct Kept {
    AttemptKey attempt;
    uint32_t segment;
    std::unique_ptr<SegmentConnection> connection;
  };

  /// Those that there are, in the order of the folders.
  std::vector<std::filesystem::path> Directories(const AttemptKey& attempt) const;
  /// A live recorder writes that segment.
  bool IsLive(const AttemptKey& attempt, uint32_t segment) const;

  std::vector<std::filesystem::path> folders_;
  Identities identities_;
  std::list<Kept> kept_;  // the one used last is the first
};

}  // namespace trafrec::store
