#include "store/repair/repair.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "store/files/files.h"
#include "store/files/log_layout.h"
#include "store/files/recorder_lock.h"
#include "store/reader/hidden_columns.h"
#include "store/reader/log_reader_catalogue.h"
#include "store/repair/repair_attempt.h"
#include "store/verify/verify.h"
#include "store/verify/verify_segment.h"

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
    TRY_ASSIGN(VerifyReport verified, VerifyLog(files_.log(), {.identities = identities_}));
    damages_ = std::move(verified.damages);
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
    TRY_ASSIGN(const std::vector<SegmentFile> segments, ListSegments(from));
    TRY(MakeDirectory(to));  // an empty one, too: no number may be missing
    const Result<std::vector<uint32_t>> visible = catalogue_.VisibleSegments(attempt);
    const bool damaged = IsDamaged(attempt);
    if (!segments.empty() && visible && visible->empty() && !damaged) {
      return {};  // a finite job that did not finish is no part of the log
    }
    const bool settled = std::ranges::all_of(segments, [](const SegmentFile& segment) {
      return segment.state == SegmentState::kSealed;
    });
    if (segments.empty() || (settled && !damaged)) {
      report_.attempts_copied += segments.empty() ? 0 : 1;
      return CopyFiles(from, to);
    }
    ++report_.attempts_rebuilt;
    for (const Damage& damage : damages_) {
      if (IsOf(damage, attempt) && damage.file.ends_with(".json")) {
        report_.left_out.push_back({damage.file, damage.what, {}});
      }
    }
    return RebuildAttempt(attempt, segments, to, identities_, report_);
  }

  bool IsDamaged(const AttemptKey& attempt) const {
    return std::ranges::any_of(damages_,
                               [&](const Damage& damage) { return IsOf(damage, attempt); });
  }

  SegmentFiles files_;
  LogCatalogue catalogue_;
  const fs::path out_;
  std::vector<Damage> damages_;
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
