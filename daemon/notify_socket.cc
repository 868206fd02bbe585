// libsystemd does the same in one call, and brings half a dozen libraries (compression, gcrypt,
// capabilities) for it. The protocol is a datagram, and promised to be stable.

#include "daemon/notify_socket.h"

#include <fmt/format.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>

namespace trafrec::daemon {

Result<NotifySocket> NotifySocket::FromEnvironment() {
  const char* const text = std::getenv("NOTIFY_SOCKET");
  NotifySocket socket;
  if (text == nullptr || *text == '\0') {
    return socket;
  }
  const std::string name = text;
  if ((name.front() != '/' && name.front() != '@') ||
      name.size() >= sizeof(socket.address_.sun_path)) {
    return Fail(ErrorCode::kUsage, "NOTIFY_SOCKET names no socket: '" + name + "'",
                "an absolute path, or @ and a name, of at most 107 bytes; or unset it");
  }
  socket.address_.sun_family = AF_UNIX;
  std::ranges::copy(name, socket.address_.sun_path);
  socket.address_size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  if (name.front() == '@') {
    socket.address_.sun_path[0] = '\0';
  }
  socket.fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket.fd_ < 0) {
    return FailErrno(errno, "cannot make a socket to the service manager");
  }
  const timeval longest{.tv_sec = 1, .tv_usec = 0};
  setsockopt(socket.fd_, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof(longest));
  return socket;
}

NotifySocket::~NotifySocket() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

NotifySocket::NotifySocket(NotifySocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      address_(other.address_),
      address_size_(other.address_size_) {}

NotifySocket& NotifySocket::operator=(NotifySocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(address_, other.address_);
  std::swap(address_size_, other.address_size_);
  return *this;
}

void NotifySocket::Send(const std::string& lines) const {
  if (fd_ >= 0) {
    sendto(fd_, lines.data(), lines.size(), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address_), address_size_);
  }
}

std::string StatusLine(const std::string& text) {
  std::string line = "STATUS=" + text;
  std::ranges::replace(line, '\n', ' ');
  return line + "\n";
}

std::string ReloadingLines() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return fmt::format("RELOADING=1\nMONOTONIC_USEC={}\n",
                     now.tv_sec * 1'000'000 + now.tv_nsec / 1'000);
}

}  // namespace trafrec::daemon
