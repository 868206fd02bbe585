#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "base/error.h"

namespace trafrec::tools {

/// A command that /bin/sh runs beside this process, in a process group of its own. It inherits the
/// environment and standard error, which its standard output goes to as well, and nothing else: no
/// connection, no lock. It goes on if the object ends first.
class HookProcess {
 public:
  static Result<HookProcess> Start(const std::string& command,
                                   const std::map<std::string, std::string>& variables);

  /// Its exit status, or 128 + number for a signal, as a shell says it; nothing: it still runs.
  std::optional<int> Poll();
  /// Waits for its end, no longer than until then, or a signal to this process.
  std::optional<int> WaitUntil(std::chrono::steady_clock::time_point end);
  pid_t pid() const { return pid_; }

 private:
  explicit HookProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_;
  std::optional<int> status_{};
};

}  // namespace trafrec::tools
