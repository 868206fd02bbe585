#include "control/socket.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "control/limits.h"

namespace trafrec::control {

Result<FileDescriptor> NewSocket() {
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) {
    return FailErrno(errno, "cannot make a socket");
  }
  return socket;
}

Result<sockaddr_un> AddressOf(const std::filesystem::path& path) {
  const std::string& text = path.native();
  if (text.size() > limits::kSocketPathBytes) {
    return Fail(
        ErrorCode::kUnsupported,
        fmt::format("cannot make a control socket {}: the path has {} bytes, and a socket's "
                    "path has at most {}",
                    text, text.size(), limits::kSocketPathBytes),
        "set XDG_RUNTIME_DIR to a folder with a shorter name");
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(&address.sun_path[0], text.data(), text.size());
  return address;
}

std::optional<int> TryConnect(const FileDescriptor& socket, const std::filesystem::path& path) {
  const Result<sockaddr_un> address = AddressOf(path);
  if (!address) {
    return ENAMETOOLONG;
  }
  const int status =
      connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address));
  return status == 0 ? std::nullopt : std::optional(errno);
}

bool WaitFor(int fd, short events, int milliseconds) {
  pollfd waiting{.fd = fd, .events = events, .revents = 0};
  return poll(&waiting, 1, milliseconds) > 0;
}

std::optional<Peer> PeerOf(int fd) {
  ucred credentials{};
  socklen_t length = sizeof(credentials);
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
    return std::nullopt;
  }
  return Peer{.user = credentials.uid, .process = credentials.pid};
}

}  // namespace trafrec::control
