#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"

namespace trafrec::capture {

/// A piece of a file in memory, read-only, unmapped by the destructor; any thread may read it.
///
/// If the file becomes shorter meanwhile, its bytes are gone and reading them is a fault (SIGBUS).
/// There is nothing right to go on with then, so the process says which file it was and exits with
/// 1. What it leaves is what a crash leaves: the next start recovers the log, and of a job from
/// files nothing is in it.
class FileMapping {
 public:
  /// `offset` at the beginning of a page. `name` is the file's, for the sentence.
  static Result<std::shared_ptr<const FileMapping>> Map(int fd, uint64_t offset, size_t bytes,
                                                        const std::string& name);
  ~FileMapping();
  FileMapping(const FileMapping&) = delete;

  const uint8_t* data() const { return static_cast<const uint8_t*>(address_); }

  /// The file `name` became shorter while it was read.
  static Error LossOf(const std::string& name);
  /// How that sentence is printed; without this, as "trafrec: …". Before the first Map.
  static void SetLossText(std::function<std::string(const Error&)> text);

 private:
  FileMapping(void* address, size_t bytes, const std::string& name);

  void* const address_;
  const size_t bytes_;
  const std::string loss_text_;  ///< made in advance: a signal handler may not make one
  size_t slot_;
};

}  // namespace trafrec::capture
