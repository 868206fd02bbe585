#include "store/files/small_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "store/files/file_calls.h"
#include "store/files/files.h"
#include "store/reader_limits.h"

namespace trafrec::store {

namespace fs = std::filesystem;

Status ReplaceFile(const fs::path& path, std::string_view text) {
  // The dot hides it from whoever lists segments; the process, from another that does the same.
  const fs::path temporary =
      path.parent_path() / fmt::format(".{}.{}.tmp", path.filename().string(), getpid());
  Status replaced = WriteSynced(temporary, text);
  if (replaced && Files().Rename(temporary.c_str(), path.c_str()) != 0) {
    replaced = FailErrno(errno, "cannot rename " + temporary.string() + " to " + path.string());
  }
  if (!replaced) {
    static_cast<void>(RemoveFile(temporary));
    return replaced;
  }
  return SyncDirectory(path.parent_path());
}

Result<std::string> ReadSmallFile(const fs::path& path) {
  constexpr const char* kRemedy = "check the path, and that you may read it";
  std::error_code failure;
  if (fs::is_directory(path, failure)) {
    return FailErrno(EISDIR, "cannot read " + path.string(), kRemedy);
  }
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? std::streamoff{file.tellg()} : -1;
  if (size < 0) {
    return FailErrno(errno, "cannot read " + path.string(), kRemedy);
  }
  if (static_cast<uint64_t>(size) > limits::kSmallFileBytes) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("{} is larger than {} bytes, so trafrec did not write it",
                            path.string(), limits::kSmallFileBytes),
                "name another file");
  }
  std::string text(static_cast<size_t>(size), '\0');
  file.seekg(0);
  file.read(text.data(), size);
  if (file.gcount() != size) {
    return FailErrno(errno == 0 ? EIO : errno, "cannot read " + path.string(), kRemedy);
  }
  return text;
}

}  // namespace trafrec::store
