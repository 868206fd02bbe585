#pragma once

#include <sys/types.h>
#include <sys/un.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "base/error.h"

namespace trafrec::control {

/// A socket, closed at the end.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() { Close(); }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int fd() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void Close();

 private:
  int fd_ = -1;
};

/// A Unix stream socket that waits for nothing.
Result<Socket> NewSocket();

/// Fails if the path is too long for a socket.
Result<sockaddr_un> AddressOf(const std::filesystem::path& path);

/// Nothing if somebody answers there, else errno.
std::optional<int> TryConnect(const Socket& socket, const std::filesystem::path& path);

/// Waits until the socket is ready for `events` of poll(); false once the time is over.
bool WaitFor(int fd, short events, int milliseconds);

/// Who is on the other side.
struct Peer {
  uid_t user = 0;
  pid_t process = 0;
};
std::optional<Peer> PeerOf(int fd);

}  // namespace trafrec::control
