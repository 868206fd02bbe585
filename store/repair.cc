#include "store/repair.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "store/files.h"
#include "store/hidden_columns.h"
#include "store/log_layout.h"
#include "store/log_reader_catalogue.h"
#include "store/recorder_lock.h"
#include "store/repair_attempt.h"
#include "store/verify_segment.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

Status RequireEmpty(const fs::path& out) {
  std::error_code failure;
  const fs::file_status status = fs::status(out, failure);
  if (status.type() == fs::file_type::not_found) {
    return MakeDirectories(out);
  }
  if (!fs::is_directory(status) || !fs::is_empty(out, failure) || failure) {
    return Fail(ErrorCode::kUsage, "cannot repair into " + out.string() + ": it is there already",
                "name a folder that is empty or does not exist yet");
  }
  return {};
}

Status CopyFile(const fs::path& from, const fs::path& to) {
  std::error_code failure;
  fs::copy_file(from, to, failure);
  if (failure) {
    return FailErrno(failure.value(), "cannot copy " + from.string() + " to " + to.string());
  }
  return SyncFile(to);
}

/// The regular files of a folder, but for what SQLite or a running recorder keeps there.
Status CopyFiles(const fs::path& from, const fs::path& to) {
  std::error_code failure;
  for (fs::directory_iterator entry(from, failure); !failure && entry != fs::directory_iterator();
       entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    const bool passing = name.ends_with("-wal") || name.ends_with("-shm") || name == "reserve";
    if (entry->is_regular_file() && !passing) {
      TRY(CopyFile(entry->path(), to / name));
    }
  }
  if (failure) {
    return FailErrno(failure.value(), "cannot list " + from.string());
  }
  return SyncDirectory(to);
}

class LogRepair {
 public:
  LogRepair(const fs::path& log, const fs::path& out, const Identities& identities)
      : files_(log, identities), catalogue_(files_), out_(out), identities_(identities) {}

  Result<RepairReport> Run() {
    TRY_ASSIGN(const std::vector<std::string> recorders, ListRecorders(files_.log()));
    for (const std::string& recorder : recorders) {
      if (HolderOfLock(files_.log() / recorder)) {
        return Fail(ErrorCode::kInUse,
                    "cannot repair " + files_.log().string() + ": recorder '" + recorder +
                        "' is writing to it",
                    "stop it first, or repair a copy of the log");
      }
    }
    TRY(RequireIdentities(files_, catalogue_));
    TRY(RequireEmpty(out_));
    TRY(CopyFile(files_.log() / "log.json", out_ / "log.json"));
    for (const std::string& recorder : recorders) {
      TRY(MakeDirectory(out_ / recorder));
      TRY(CopyFiles(files_.log() / recorder, out_ / recorder));
    }
    TRY_ASSIGN(const std::vector<AttemptKey> attempts, catalogue_.AllAttempts());
    for (const AttemptKey& attempt : attempts) {
      TRY(Repair(attempt));
    }
    TRY(SyncDirectory(out_));
    return std::move(report_);
  }

 private:
  Status Repair(const AttemptKey& attempt) {
    const fs::path from = files_.Directory(attempt);
    const fs::path to = out_ / attempt.recorder / AttemptDirectoryName(attempt.attempt);
    const Result<std::vector<uint32_t>> visible = catalogue_.VisibleSegments(attempt);
    if (visible && visible->empty()) {
      return {};  // a finite job that did not finish is no part of the log
    }
    TRY_ASSIGN(const std::vector<SegmentFile> segments, ListSegments(from));
    if (segments.empty()) {
      return {};
    }
    TRY(MakeDirectory(to));
    if (IsWhole(attempt, segments)) {
      ++report_.attempts_copied;
      return CopyFiles(from, to);
    }
    ++report_.attempts_rebuilt;
    return RebuildAttempt(attempt, segments, to, identities_, report_);
  }

  bool IsWhole(const AttemptKey& attempt, const std::vector<SegmentFile>& segments) const {
    uint32_t expected = 0;
    return std::ranges::all_of(segments, [&](const SegmentFile& segment) {
      return segment.number == ++expected && segment.state == SegmentState::kSealed &&
             VerifySegment({attempt, segment.number, segment.path, false, identities_})
                 .damages.empty();
    });
  }

  SegmentFiles files_;
  LogCatalogue catalogue_;
  const fs::path out_;
  const Identities identities_;
  RepairReport report_;
};

}  // namespace

Result<RepairReport> RepairLog(const fs::path& log, const fs::path& out,
                               const Identities& identities) {
  TRY(ReadLogIdentity(log));
  return LogRepair(log, out, identities).Run();
}

}  // namespace trafrec::store
