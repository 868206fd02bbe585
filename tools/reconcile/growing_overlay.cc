#include "tools/reconcile/growing_overlay.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "store/files/files.h"
#include "store/files/log_layout.h"
#include "store/overlay/overlay_file.h"
#include "tools/reconcile/verdict_overlay.h"

namespace trafrec::tools {
namespace {

namespace fs = std::filesystem;

/// Where the next state of an overlay is made.
fs::path PartialOf(const fs::path& file, pid_t process) {
  return fmt::format("{}.{}.partial", file.string(), process);
}

/// What a process that was killed has left.
void RemoveLeftovers(const fs::path& file) {
  std::error_code failed;
  const std::string begin = file.filename().string() + '.';
  std::vector<fs::path> dead;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(fs::absolute(file).parent_path(), failed)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(begin)) {
      continue;
    }
    const pid_t process = std::atoi(name.c_str() + begin.size());
    if (process > 0 && name == PartialOf(file, process).filename() && kill(process, 0) != 0 &&
        errno == ESRCH) {
      dead.push_back(entry.path());
    }
  }
  for (const fs::path& each : dead) {
    fs::remove(each, failed);
  }
}

}  // namespace

Result<GrowingOverlay> GrowingOverlay::Open(const std::filesystem::path& file,
                                            const std::filesystem::path& log) {
  GrowingOverlay overlay(file, log);
  RemoveLeftovers(file);
  if (std::error_code ignored; std::filesystem::exists(file, ignored)) {
    TRY_ASSIGN(const store::LogIdentity identity, store::ReadLogIdentity(log));
    TRY_ASSIGN(store::db::Database there,
               store::OpenOverlayFile(file, store::db::OpenMode::kReadWrite));
    TRY(store::RequireLog(there, identity.log_id));
    overlay.before_ = FileDescriptor(open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (overlay.before_.get() < 0) {
      return FailErrno(errno, "cannot open " + file.string());
    }
  }
  overlay.last_ = IdentityOf(file);
  return overlay;
}

GrowingOverlay::Identity GrowingOverlay::IdentityOf(const std::filesystem::path& file) {
  struct stat found{};
  if (stat(file.c_str(), &found) != 0) {
    return {};
  }
  return {.inode = found.st_ino,
          .size = found.st_size,
          .changed_ns = found.st_mtim.tv_sec * kNsPerSecond + found.st_mtim.tv_nsec};
}

Status GrowingOverlay::Write(store::LogReader& reader, const reconcile::History& history,
                             const reconcile::Judgement& judgement, bool presumed) {
  const fs::path next = PartialOf(file_, getpid());
  std::error_code failed;
  std::filesystem::remove(next, failed);
  if (before_.get() >= 0) {
    std::filesystem::copy_file(fmt::format("/proc/self/fd/{}", before_.get()), next, failed);
    if (failed) {
      return FailErrno(failed.value(), "cannot write " + next.string());
    }
  }
  Status written = WriteVerdicts(next, log_, reader, history, judgement, presumed);
  if (written && IdentityOf(file_) != last_) {
    written = Fail(ErrorCode::kUsage,
                   fmt::format("somebody else has written {} meanwhile", file_.string()),
                   "let nobody else write it until this has ended; begin again");
  }
  if (!written) {
    std::filesystem::remove(next, failed);
    return written;
  }
  std::filesystem::rename(next, file_, failed);
  if (failed) {
    return FailErrno(failed.value(), "cannot write " + file_.string());
  }
  last_ = IdentityOf(file_);
  return store::SyncDirectory(std::filesystem::absolute(file_).parent_path());
}

}  // namespace trafrec::tools
