#pragma once

#include <sys/types.h>
#include <sys/un.h>

#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace trafrec::control {

/// A Unix stream socket that waits for nothing.
Result<FileDescriptor> NewSocket();

/// Fails if the path is too long for a socket.
Result<sockaddr_un> AddressOf(const std::filesystem::path& path);

/// Nothing if somebody answers there, else errno.
std::optional<int> TryConnect(const FileDescriptor& socket, const std::filesystem::path& path);

/// Waits until the socket is ready for `events` of poll(); false once the time is over.
bool WaitFor(int fd, short events, int milliseconds);

/// Who is on the other side.
struct Peer {
  uid_t user = 0;
  pid_t process = 0;
};
std::optional<Peer> PeerOf(int fd);

}  // namespace trafrec::control
