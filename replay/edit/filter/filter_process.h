#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/stop_event.h"

namespace trafrec::filter {

/// A program that answers each line on its standard input with one on its standard output; both are
/// one socket. Its standard error is ours. In a process group of its own, so that an interrupt from
/// the terminal does not end it before us. One thread at a time.
class Process {
 public:
  struct Options {
    std::vector<std::string> command;  ///< the program, found by PATH, and its arguments
    std::chrono::milliseconds timeout;
    size_t line_bytes_max;            ///< of an answer
    const StopEvent* stop = nullptr;  ///< ends all waiting; null: nobody asks; borrowed
  };

  /// Fails if the program cannot be run.
  static Result<Process> Start(Options options);

  /// Tells it by the end of its input, and waits a moment. If it has failed before, or goes on, or
  /// somebody asks to stop, it is killed with all of its group.
  ~Process();
  Process(Process&&) noexcept;
  Process& operator=(Process&&) = delete;

  /// The line that answers `line`; both without their ends. Fails if the program ends, does not
  /// answer in time, or too much. Then it is of no use any more.
  Result<std::string> Ask(std::string_view line);

 private:
  Process(Options options, pid_t pid, FileDescriptor socket);

  Result<std::string> AskOnce(std::string_view line);

  /// Waits until the socket can be used, and uses it. False: time is up.
  Result<bool> Exchange(std::string_view& to_send, std::chrono::steady_clock::time_point until);
  Result<bool> Send(std::string_view& to_send);
  Status Receive();
  /// "ended with exit status 3".
  std::string HowItEnded();

  Options options_;
  pid_t pid_;
  FileDescriptor socket_;
  std::string received_;
  bool failed_ = false;
};

}  // namespace trafrec::filter
