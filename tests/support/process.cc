#include "tests/support/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::test_support {
namespace {

/// nobody on every Linux.
constexpr unsigned kNobody = 65'534;

struct Child {
  pid_t pid;
  int out;
  int err;
};

/// A place for what a program keeps of itself, removed with the test. What root keeps is not for
/// others.
std::string ConfigHome(bool unprivileged) {
  static const TemporaryFolder mine;
  static const TemporaryFolder for_others;
  const std::string path = (unprivileged ? for_others : mine).path().string();
  CHECK(chmod(path.c_str(), unprivileged ? 0777 : 0700) == 0);
  return path;
}

std::vector<std::string> Environment(const RunOptions& options) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const bool ours = text.starts_with("TRAFREC_") || text.starts_with("XDG_CONFIG_HOME=") ||
                      text.starts_with("XDG_RUNTIME_DIR=") || text.starts_with("NO_COLOR=") ||
                      text.starts_with("COLUMNS=") || text.starts_with("HOME=");
    if (!ours && !options.environment.contains(text.substr(0, text.find('=')))) {
      variables.push_back(text);
    }
  }
  if (!options.environment.contains("XDG_CONFIG_HOME")) {
    variables.push_back("XDG_CONFIG_HOME=" + ConfigHome(options.unprivileged));
  }
  if (!options.environment.contains("XDG_RUNTIME_DIR")) {
    variables.push_back("XDG_RUNTIME_DIR=" + ConfigHome(options.unprivileged));
  }
  for (const auto& [name, value] : options.environment) {
    variables.push_back(name + "=" + value);
  }
  return variables;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

Child Start(std::vector<std::string> arguments, const RunOptions& options) {
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  CHECK(pipe2(out.data(), O_CLOEXEC) == 0 && pipe2(err.data(), O_CLOEXEC) == 0);
  std::vector<std::string> environment = Environment(options);
  const std::vector<char*> argument_pointers = Pointers(arguments);
  const std::vector<char*> environment_pointers = Pointers(environment);
  const std::string input = options.input.empty() ? "/dev/null" : options.input;
  const pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    const int in = open(input.c_str(), O_RDONLY | O_CLOEXEC);
    dup2(in, STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    // Opened with the rights that the tests have: the checkout may lie where others may not go.
    const int program = open(argument_pointers[0], O_PATH | O_CLOEXEC);
    if (options.unprivileged && getuid() == 0 && (setgid(kNobody) != 0 || setuid(kNobody) != 0)) {
      _exit(125);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves nothing behind
    fexecve(program, argument_pointers.data(), environment_pointers.data());
    _exit(126);
  }
  close(out[1]);
  close(err[1]);
  return {pid, out[0], err[0]};
}

/// Reads what has come on either; false when both have ended.
bool Pump(int& out, int& err, Outcome& outcome) {
  std::array<pollfd, 2> ends{pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0}};
  CHECK(poll(ends.data(), ends.size(), -1) > 0);
  for (auto [end, descriptor, text] :
       {std::tuple(&ends[0], &out, &outcome.out), std::tuple(&ends[1], &err, &outcome.err)}) {
    if (end->revents == 0) {
      continue;
    }
    std::array<char, 65'536> buffer{};
    const ssize_t got = read(*descriptor, buffer.data(), buffer.size());
    if (got > 0) {
      text->append(buffer.data(), static_cast<size_t>(got));
    } else {
      close(std::exchange(*descriptor, -1));
    }
  }
  return out >= 0 || err >= 0;
}

int WaitFor(pid_t pid) {
  int status = 0;
  CHECK(waitpid(pid, &status, 0) == pid);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

size_t CountOf(const std::string& text, const std::string& whole) {
  size_t count = 0;
  for (size_t at = whole.find(text); at != std::string::npos;
       at = whole.find(text, at + text.size())) {
    ++count;
  }
  return count;
}

}  // namespace

Outcome RunToEnd(const std::vector<std::string>& arguments, const RunOptions& options) {
  return RunningProcess(arguments, options).Finish();
}

RunningProcess::RunningProcess(const std::vector<std::string>& arguments,
                               const RunOptions& options) {
  const Child child = Start(arguments, options);
  pid_ = child.pid;
  out_ = child.out;
  err_ = child.err;
}

RunningProcess::~RunningProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    WaitFor(pid_);
  }
  for (const int descriptor : {out_, err_}) {
    if (descriptor >= 0) {
      close(descriptor);
    }
  }
}

void RunningProcess::WaitForError(const std::string& text, size_t times) {
  while (CountOf(text, outcome_.err) < times) {
    ASSERT_TRUE(Pump(out_, err_, outcome_)) << "it ended, having said: " << outcome_.err;
  }
}

void RunningProcess::WaitForOutput(const std::string& text, size_t times) {
  while (CountOf(text, outcome_.out) < times) {
    ASSERT_TRUE(Pump(out_, err_, outcome_)) << "it ended, having said: " << outcome_.err;
  }
}

void RunningProcess::Signal(int number) const { CHECK(kill(pid_, number) == 0); }

Outcome RunningProcess::Finish() {
  while ((out_ >= 0 || err_ >= 0) && Pump(out_, err_, outcome_)) {
  }
  outcome_.exit_code = WaitFor(std::exchange(pid_, -1));
  return outcome_;
}

}  // namespace trafrec::test_support
