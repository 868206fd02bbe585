#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "base/error.h"

namespace trafrec::daemon {

/// Word to the service manager, in systemd's protocol: sd_notify(3), datagrams of NAME=VALUE lines.
/// Opened before the process gives up its rights, as no socket can be made afterwards. Sent without
/// connecting, so that a manager that starts anew still hears us. Thread-safe but for moving.
class NotifySocket {
 public:
  /// To nobody.
  NotifySocket() = default;
  /// As the variable NOTIFY_SOCKET says; to nobody if it is not set.
  static Result<NotifySocket> FromEnvironment();
  ~NotifySocket();
  NotifySocket(NotifySocket&& other) noexcept;
  NotifySocket& operator=(NotifySocket&& other) noexcept;

  bool open() const { return fd_ >= 0; }

  /// Waits for a second at most. That nobody listens is no reason to stop, so it fails silently.
  void Send(const std::string& lines) const;

 private:
  int fd_ = -1;
  sockaddr_un address_{};
  socklen_t address_size_ = 0;
};

/// "STATUS=text" on one line, whatever the text.
std::string StatusLine(const std::string& text);

/// RELOADING=1, with the monotonic time that systemd wants beside it.
std::string ReloadingLines();

}  // namespace trafrec::daemon
