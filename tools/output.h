#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace trafrec::tools {

/// Where a command prints: standard output, or a file. Buffered. Write never fails towards its
/// caller: after a failure it drops what comes, and good() is false, so that loops can end early.
/// Finish tells what happened. A reader that went away (`trafrec show | head`) is no failure.
/// A regular file appears under its name only when it is whole. One thread.
class Output {
 public:
  /// "" or "-" is standard output.
  static Result<Output> Open(const std::string& path);

  Output(Output&& other) noexcept;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  Output& operator=(Output&&) = delete;
  ~Output();

  void Write(std::string_view text);
  /// Hands all that was written to the system: for what a person waits for.
  void Flush();
  bool good() const { return errno_value_ == 0; }
  /// Standard output is a terminal.
  bool terminal() const;

  /// Flushes and, for a file, gives it its name. Call once, last; without it the file is removed.
  Status Finish();

 private:
  Output(int descriptor, std::filesystem::path path, std::filesystem::path partial)
      : descriptor_(descriptor), path_(std::move(path)), partial_(std::move(partial)) {}

  int descriptor_;
  std::filesystem::path path_;     ///< empty: standard output
  std::filesystem::path partial_;  ///< empty: written in place (a device, a pipe)
  std::string buffer_;
  int errno_value_ = 0;
};

}  // namespace trafrec::tools
