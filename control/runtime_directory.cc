#include "control/runtime_directory.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace trafrec::control {
namespace {

constexpr mode_t kOthersMayWrite = S_IWGRP | S_IWOTH;

/// lstat, not stat: a link that somebody laid into /tmp leads where he likes.
Status RequireOurs(const std::string& path) {
  struct stat found{};
  if (lstat(path.c_str(), &found) != 0) {
    return FailErrno(errno, "cannot look at " + path);
  }
  if (!S_ISDIR(found.st_mode) || found.st_uid != geteuid() ||
      (found.st_mode & kOthersMayWrite) != 0) {
    return Fail(ErrorCode::kPermission,
                fmt::format("{} is no folder that this user alone may write to", path),
                "remove it, or set XDG_RUNTIME_DIR to a folder of your own");
  }
  return {};
}

Status MakeOurs(const std::string& path) {
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return FailErrno(errno, "cannot make the folder " + path);
  }
  return RequireOurs(path);
}

}  // namespace

Result<std::filesystem::path> RuntimeDirectory() {
  if (const char* session = std::getenv("XDG_RUNTIME_DIR"); session != nullptr && *session == '/') {
    std::string path = std::string(session) + "/trafrec";
    TRY(MakeOurs(path));
    return path;
  }
  if (std::string service = "/run/trafrec"; MakeOurs(service)) {
    return service;
  }
  std::string temporary = fmt::format("/tmp/trafrec-{}", geteuid());
  TRY(MakeOurs(temporary));
  return temporary;
}

}  // namespace trafrec::control
