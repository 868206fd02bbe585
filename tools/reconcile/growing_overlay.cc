#include "tools/reconcile/growing_overlay.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "store/files/files.h"
#include "store/files/log_layout.h"
#include "store/overlay/overlay_file.h"
#include "tools/reconcile/verdict_overlay.h"

namespace trafrec::tools {

Result<GrowingOverlay> GrowingOverlay::Open(const std::filesystem::path& file,
                                            const std::filesystem::path& log) {
  GrowingOverlay overlay(file, log);
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
  const std::filesystem::path next = fmt::format("{}.{}.partial", file_.string(), getpid());
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
