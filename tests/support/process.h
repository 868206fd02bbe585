#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace trafrec::test_support {

struct Outcome {
  int exit_code = -1;  ///< 128 + number for a signal, as a shell says it
  std::string out;
  std::string err;
};

struct RunOptions {
  std::map<std::string, std::string> environment{};  ///< set in addition
  std::string input{};                               ///< file that becomes standard input
  bool unprivileged = false;  ///< as a user without rights (the tests may run as root)
};

/// Runs a program, without the caller's TRAFREC_ variables, config file or terminal, with an empty
/// folder for its own, and waits for its end. The first argument is its path.
Outcome RunToEnd(const std::vector<std::string>& arguments, const RunOptions& options = {});

/// One that runs beside the test. Killed if it outlives the object.
class RunningProcess {
 public:
  explicit RunningProcess(const std::vector<std::string>& arguments,
                          const RunOptions& options = {});
  RunningProcess(const RunningProcess&) = delete;
  RunningProcess& operator=(const RunningProcess&) = delete;
  ~RunningProcess();

  /// Reads standard error until `text` has come so often. Fails the test if it ends before.
  void WaitForError(const std::string& text, size_t times = 1);
  /// Reads standard output until `text` has come.
  void WaitForOutput(const std::string& text, size_t times = 1);
  /// What has come so far.
  const std::string& output() const { return outcome_.out; }
  void Signal(int number) const;
  /// Waits for its end.
  Outcome Finish();
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  Outcome outcome_;
};

}  // namespace trafrec::test_support
