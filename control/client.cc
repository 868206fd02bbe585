#include "control/client.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "control/limits.h"

namespace trafrec::control {
namespace {

using Clock = std::chrono::steady_clock;

int MillisecondsUntil(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::max<int64_t>(0, left));
}

}  // namespace

Result<Client> Client::Connect(const std::filesystem::path& path) {
  TRY_ASSIGN(FileDescriptor socket, NewSocket());
  const std::optional<int> failure = TryConnect(socket, path);
  if (failure == EAGAIN) {
    return Fail(ErrorCode::kInUse, path.string() + " is busy: too many ask there at one time",
                "try again in a moment");
  }
  if (failure == ECONNREFUSED) {
    return Fail(ErrorCode::kNotFound, "nobody listens at " + path.string() + " any more");
  }
  if (failure == EACCES || failure == EPERM) {
    return Fail(ErrorCode::kPermission,
                fmt::format("cannot use {}: it is another user's", path.string()),
                "use the user who runs that process, or root");
  }
  if (failure) {
    return FailErrno(*failure, "cannot reach " + path.string());
  }
  return Client(std::move(socket), path);
}

Result<Json> Client::Ask(Json request, std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  const std::string line = RequestLine(std::move(request));
  // What it was told before the request is an answer, too: why it is not let in.
  if (send(socket_.get(), line.data(), line.size(), MSG_NOSIGNAL) !=
          static_cast<ssize_t>(line.size()) &&
      errno != EPIPE && errno != ECONNRESET) {
    return FailErrno(errno, "cannot ask at " + path_.string());
  }
  while (true) {
    if (const size_t end = in_.find('\n'); end != std::string::npos) {
      const std::string answer = in_.substr(0, end);
      in_.erase(0, end + 1);
      return ParseAnswer(answer);
    }
    if (in_.size() > limits::kAnswerBytes) {
      return Fail(ErrorCode::kCorrupt, "the answer from " + path_.string() + " has no end");
    }
    if (!WaitFor(socket_.get(), POLLIN, MillisecondsUntil(deadline))) {
      return Fail(ErrorCode::kIo,
                  fmt::format("no answer from {} within {} s: the process hangs, or is stopped",
                              path_.string(), std::chrono::duration<double>(timeout).count()),
                  "look at the process; a longer --timeout waits longer");
    }
    std::array<char, 16384> buffer;
    const ssize_t got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
      return Fail(ErrorCode::kNotFound, "the process at " + path_.string() + " has gone away");
    }
    if (got > 0) {
      in_.append(buffer.data(), static_cast<size_t>(got));
    }
  }
}

}  // namespace trafrec::control
