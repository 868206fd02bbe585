#include "replay/edit/filter/filter_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "base/check.h"
#include "replay/edit/filter/limits.h"

namespace trafrec::filter {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kPieceBytes = size_t{64} << 10;

int MillisecondsUntil(Clock::time_point until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left);
}

/// What a child is started with: its end of the socket as both standard streams, no signal blocked
/// or ignored, a group of its own.
class SpawnSettings {
 public:
  explicit SpawnSettings(int socket) {
    CHECK(posix_spawn_file_actions_init(&actions_) == 0);
    CHECK(posix_spawnattr_init(&attributes_) == 0);
    CHECK(posix_spawn_file_actions_adddup2(&actions_, socket, STDIN_FILENO) == 0);
    CHECK(posix_spawn_file_actions_adddup2(&actions_, socket, STDOUT_FILENO) == 0);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// To poll beside something else: -1, which poll passes over, if nobody asks.
pollfd AskedToStop(const StopEvent* stop) {
  return {.fd = stop == nullptr ? -1 : stop->fd(), .events = POLLIN, .revents = 0};
}

/// Waits for the end of a child without taking its status. False: it goes on, and time is up or
/// somebody asked to stop.
bool EndsBefore(pid_t pid, Clock::time_point until, const StopEvent* stop) {
  const FileDescriptor child(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  std::array<pollfd, 2> wait{
      {{.fd = child.get(), .events = POLLIN, .revents = 0}, AskedToStop(stop)}};
  return child.get() < 0 ||
         (poll(wait.data(), wait.size(), MillisecondsUntil(until)) > 0 && wait[0].revents != 0);
}

}  // namespace

Result<Process> Process::Start(Options options) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return FailErrno(errno, "cannot make a socket for the filter");
  }
  FileDescriptor ours(ends[0]);
  const FileDescriptor theirs(ends[1]);
  fcntl(ours.get(), F_SETFL, O_NONBLOCK);

  std::vector<char*> arguments;
  for (std::string& argument : options.command) {
    arguments.push_back(argument.data());
  }
  arguments.push_back(nullptr);
  const SpawnSettings settings(theirs.get());
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, arguments[0], settings.actions(), settings.attributes(),
                                 arguments.data(), environ);
  if (error != 0) {
    return FailErrno(error, fmt::format("cannot run the filter '{}'", options.command[0]),
                     "is its name right, and may it be executed?");
  }
  return Process(std::move(options), pid, std::move(ours));
}

Process::Process(Options options, pid_t pid, FileDescriptor socket)
    : options_(std::move(options)), pid_(pid), socket_(std::move(socket)) {}

Process::Process(Process&& other) noexcept
    : options_(std::move(other.options_)),
      pid_(std::exchange(other.pid_, -1)),
      socket_(std::move(other.socket_)),
      received_(std::move(other.received_)),
      failed_(other.failed_) {}

Process::~Process() {
  if (pid_ < 0) {
    return;
  }
  shutdown(socket_.get(), SHUT_WR);
  if (failed_ || !EndsBefore(pid_, Clock::now() + limits::kEnd, options_.stop)) {
    kill(-pid_, SIGKILL);
  }
  waitpid(pid_, nullptr, 0);
}

Result<bool> Process::Send(std::string_view& to_send) {
  const ssize_t sent = send(socket_.get(), to_send.data(), to_send.size(), MSG_NOSIGNAL);
  if (sent >= 0) {
    to_send.remove_prefix(static_cast<size_t>(sent));
  } else if (errno != EAGAIN && errno != EINTR) {
    return Fail(ErrorCode::kIo, "the filter " + HowItEnded());
  }
  return true;
}

Status Process::Receive() {
  const size_t before = received_.size();
  received_.resize(before + kPieceBytes);
  const ssize_t got = recv(socket_.get(), received_.data() + before, kPieceBytes, 0);
  received_.resize(before + static_cast<size_t>(got > 0 ? got : 0));
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
    return Fail(ErrorCode::kIo, "the filter " + HowItEnded());
  }
  if (received_.size() > options_.line_bytes_max) {
    return Fail(ErrorCode::kIo, fmt::format("the filter's answer is longer than {} bytes",
                                            options_.line_bytes_max));
  }
  return {};
}

Result<bool> Process::Exchange(std::string_view& to_send, Clock::time_point until) {
  const auto wanted = static_cast<short>(POLLIN | (to_send.empty() ? 0 : POLLOUT));
  std::array<pollfd, 2> waits{
      {{.fd = socket_.get(), .events = wanted, .revents = 0}, AskedToStop(options_.stop)}};
  const int ready = poll(waits.data(), waits.size(), MillisecondsUntil(until));
  if (ready <= 0) {
    return ready < 0 && errno == EINTR;
  }
  if (waits[1].revents != 0) {
    return Fail(ErrorCode::kInterrupted, "the filter was not waited for");
  }
  const pollfd& wait = waits[0];
  // It may answer before it has read all: what can be read comes first, or both sides would wait.
  if ((wait.revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
    TRY(Receive());
    return true;
  }
  return Send(to_send);
}

Result<std::string> Process::Ask(std::string_view line) {
  Result<std::string> answer = AskOnce(line);
  failed_ = failed_ || !answer;
  return answer;
}

Result<std::string> Process::AskOnce(std::string_view line) {
  const Clock::time_point until = Clock::now() + options_.timeout;
  const std::string sent = std::string(line) + '\n';
  std::string_view to_send = sent;
  received_.clear();
  size_t end = std::string::npos;
  while (end == std::string::npos || !to_send.empty()) {
    TRY_ASSIGN(const bool in_time, Exchange(to_send, until));
    if (!in_time) {
      return Fail(ErrorCode::kIo, fmt::format("the filter did not answer within {} ms (timeout_ms)",
                                              options_.timeout.count()));
    }
    end = received_.find('\n');
  }
  if (end + 1 != received_.size()) {
    return Fail(ErrorCode::kIo, "the filter answered more than one line");
  }
  received_.pop_back();
  return std::move(received_);
}

std::string Process::HowItEnded() {
  if (!EndsBefore(pid_, Clock::now() + limits::kEnd, options_.stop)) {
    return "closed its standard output";
  }
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFSIGNALED(status) ? fmt::format("was ended by signal {}", WTERMSIG(status))
                             : fmt::format("ended with exit status {}", WEXITSTATUS(status));
}

}  // namespace trafrec::filter
