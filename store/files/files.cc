#include "store/files/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "store/files/file_calls.h"

namespace trafrec::store {
namespace {

constexpr const char* kWhereToWrite = "choose a folder that you may write to";

Status SyncOpened(const std::filesystem::path& path, int flags) {
  const int file = Files().Open(path.c_str(), O_RDONLY | flags, 0);
  if (file < 0) {
    return FailErrno(errno, "cannot open " + path.string());
  }
  const bool synced = Files().Sync(file) == 0;
  const int failure = errno;
  close(file);
  // Some file systems know no sync of a directory.
  if (!synced && (failure != EINVAL || flags == 0)) {
    return FailErrno(failure, "cannot sync " + path.string());
  }
  return {};
}

/// Zero once all is written, else errno. A disk that takes only a part has no room for the rest.
int WriteAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = Files().Write(file, bytes.data(), bytes.size());
    if (written == 0) {
      return ENOSPC;
    }
    if (written < 0 && errno != EINTR) {
      return errno;
    }
    bytes.remove_prefix(written < 0 ? 0 : static_cast<size_t>(written));
  }
  return 0;
}

}  // namespace

Status SyncFile(const std::filesystem::path& path) { return SyncOpened(path, 0); }

Status SyncDirectory(const std::filesystem::path& directory) {
  return SyncOpened(directory, O_DIRECTORY);
}

Status WriteSynced(const std::filesystem::path& path, std::string_view bytes) {
  const int file = Files().Open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0) {
    return FailErrno(errno, "cannot make " + path.string(), kWhereToWrite);
  }
  int failure = WriteAll(file, bytes);
  if (failure == 0 && Files().Sync(file) != 0) {
    failure = errno;
  }
  close(file);
  return failure == 0 ? Status() : FailErrno(failure, "cannot write " + path.string());
}

Status RemoveFile(const std::filesystem::path& path) {
  if (Files().Unlink(path.c_str()) != 0 && errno != ENOENT) {
    return FailErrno(errno, "cannot remove " + path.string());
  }
  return {};
}

Status MakeDirectory(const std::filesystem::path& path) {
  if (Files().MakeDirectory(path.c_str(), 0777) != 0) {
    return errno == EEXIST
               ? Status()
               : FailErrno(errno, "cannot make the folder " + path.string(), kWhereToWrite);
  }
  return SyncDirectory(path.has_parent_path() ? path.parent_path() : ".");
}

Status MakeDirectories(const std::filesystem::path& path) {
  std::error_code ignored;
  if (path.empty() || std::filesystem::exists(path, ignored)) {
    return {};
  }
  TRY(MakeDirectories(path.parent_path()));
  return MakeDirectory(path);
}

std::optional<DiskSpace> SpaceOn(const std::filesystem::path& path) {
  struct statvfs found{};
  if (Files().Space(path.c_str(), &found) != 0) {
    return std::nullopt;
  }
  return DiskSpace{found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize};
}

}  // namespace trafrec::store
