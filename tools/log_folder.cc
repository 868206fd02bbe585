#include "tools/log_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tools/shell_quote.h"
#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

namespace fs = std::filesystem;

std::string UserName(uid_t uid) {
  const passwd* entry = getpwuid(uid);
  return entry == nullptr ? std::to_string(uid) : entry->pw_name;
}

std::string GroupName(gid_t gid) {
  const group* entry = getgrgid(gid);
  return entry == nullptr ? std::to_string(gid) : entry->gr_name;
}

Error NotWritable(const fs::path& log, const fs::path& path) {
  struct stat found{};
  std::string owner;
  if (stat(path.c_str(), &found) == 0) {
    owner = fmt::format(" (it belongs to {}:{}, mode {:04o})", UserName(found.st_uid),
                        GroupName(found.st_gid), found.st_mode & 07777);
  }
  return {ErrorCode::kPermission,
          fmt::format("{} may not write to {}{}{}", daemon::CurrentUser(),
                      EscapeForTerminal(path.string()), owner,
                      geteuid() == 0 ? ", and this root has no CAP_DAC_OVERRIDE" : ""),
          fmt::format("sudo chown -R {}:{} {}, or record into a folder that this user may write to",
                      UserName(geteuid()), GroupName(getegid()), ShellQuoted(log.string()))};
}

/// A root that others' folders are closed to is rare, and puzzled.
Status CheckRootMayMake(const fs::path& log) {
  std::error_code failure;
  fs::path folder = fs::absolute(log, failure).parent_path();
  while (folder.has_relative_path() && !fs::exists(folder, failure)) {
    folder = folder.parent_path();
  }
  if (faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0 || errno != EACCES) {
    return {};
  }
  return Fail(ErrorCode::kPermission,
              fmt::format("root may not make {} in {}: it belongs to another user, and this root "
                          "has no CAP_DAC_OVERRIDE",
                          EscapeForTerminal(log.string()), EscapeForTerminal(folder.string())),
              "a folder of root's, or grant that capability, or start as that user");
}

Error NotReachable(const fs::path& log) {
  return {ErrorCode::kPermission,
          fmt::format("{} cannot reach {}: a folder above it is closed to others",
                      daemon::CurrentUser(), EscapeForTerminal(log.string())),
          "keep the log in an open place, such as /var/lib/trafrec, or open the folders above it "
          "(chmod o+x)"};
}

/// Writable, and open if it is a folder; or not there.
Status CheckPlace(const fs::path& log, const fs::path& path) {
  std::error_code ignored;
  const int wanted = fs::is_directory(path, ignored) ? W_OK | X_OK : W_OK;
  if (faccessat(AT_FDCWD, path.c_str(), wanted, AT_EACCESS) == 0 || errno == ENOENT) {
    return {};
  }
  if (errno != EACCES) {
    return FailErrno(errno, "cannot write to " + path.string(),
                     "record into a folder that you may write to");
  }
  const bool seen = faccessat(AT_FDCWD, path.c_str(), F_OK, AT_EACCESS) == 0;
  return std::unexpected(seen ? NotWritable(log, path) : NotReachable(log));
}

}  // namespace

Status MakeLogFolderFor(const daemon::Account& account, const fs::path& log) {
  std::error_code failure;
  if (fs::exists(log, failure)) {
    return {};
  }
  const fs::path folder = log.has_filename() ? log : log.parent_path();
  if (folder.has_parent_path()) {
    fs::create_directories(folder.parent_path(), failure);
  }
  if (mkdir(folder.c_str(), 0750) != 0) {
    return FailErrno(errno, "cannot make the folder " + folder.string(),
                     "check the path given to --log");
  }
  if (lchown(folder.c_str(), account.uid, account.gid) != 0) {
    const int error = errno;
    rmdir(folder.c_str());
    return FailErrno(error,
                     fmt::format("cannot give the folder {} to {}", folder.string(), account.user),
                     "make it as that user, then record");
  }
  return {};
}

Status CheckMayWriteLog(const fs::path& log, const std::string& recorder) {
  std::error_code failure;
  const fs::file_status found = fs::status(log, failure);
  if (found.type() == fs::file_type::not_found && geteuid() == 0) {
    return CheckRootMayMake(log);
  }
  if (found.type() == fs::file_type::not_found || fs::is_regular_file(found)) {
    return {};  // whoever makes or opens it says what is wrong
  }
  TRY(CheckPlace(log, log));
  TRY(CheckPlace(log, log / recorder));
  // What earlier starts left must be sealed and, in time, deleted.
  for (fs::directory_iterator entries(log / recorder, failure), end; !failure && entries != end;
       entries.increment(failure)) {
    TRY(CheckPlace(log, entries->path()));
  }
  return {};
}

}  // namespace trafrec::tools
