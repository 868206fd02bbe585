#include "tools/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

constexpr size_t kBufferBytes = size_t{256} << 10;

}  // namespace

Result<Output> Output::Open(const std::string& path) {
  if (path.empty() || path == "-") {
    return Output(STDOUT_FILENO, {}, {});
  }
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  const bool in_place =
      std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
  if (std::filesystem::is_directory(status)) {
    return Fail(ErrorCode::kUsage, "cannot write to " + path + ": it is a directory",
                "name a file in it");
  }
  const std::string written = in_place ? path : path + ".partial";
  const int descriptor = open(written.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    return FailErrno(errno, "cannot write to " + path,
                     "name a file in a folder that is there, and that you may write to");
  }
  return Output(descriptor, path, std::filesystem::path(in_place ? "" : written));
}

Output::Output(Output&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      partial_(std::exchange(other.partial_, {})),
      buffer_(std::move(other.buffer_)),
      errno_value_(other.errno_value_) {}

Output::~Output() {
  if (!path_.empty() && descriptor_ >= 0) {
    close(descriptor_);
  }
  if (!partial_.empty()) {
    std::error_code ignored;
    std::filesystem::remove(partial_, ignored);
  }
}

void Output::Write(std::string_view text) {
  if (!good()) {
    return;
  }
  buffer_.append(text);
  if (buffer_.size() >= kBufferBytes) {
    Flush();
  }
}

void Output::Flush() {
  std::string_view rest = buffer_;
  while (good() && !rest.empty()) {
    const ssize_t written = write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      errno_value_ = errno;
    }
  }
  buffer_.clear();
}

bool Output::terminal() const { return path_.empty() && IsTerminal(descriptor_); }

Status Output::Finish() {
  Flush();
  const std::string name = path_.empty() ? "standard output" : path_.string();
  if (!path_.empty() && close(std::exchange(descriptor_, -1)) != 0 && good()) {
    errno_value_ = errno;
  }
  if (!good() && errno_value_ != EPIPE) {
    return FailErrno(errno_value_, "cannot write to " + name,
                     errno_value_ == ENOSPC ? "make room there, or name another place" : "");
  }
  if (good() && !partial_.empty()) {
    const std::filesystem::path partial = std::exchange(partial_, {});
    std::error_code failed;
    std::filesystem::rename(partial, path_, failed);
    if (failed) {
      return FailErrno(failed.value(), "cannot write to " + name);
    }
  }
  return {};
}

}  // namespace trafrec::tools
