#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace trafrec::test_support {

/// What a service hears of systemd: a socket for its notes, under an abstract name in the network
/// of the test.
class ServiceManager {
 public:
  ServiceManager() : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name_.copy(address.sun_path + 1, name_.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name_.size());
    EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0);
  }
  ~ServiceManager() { close(fd_); }
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  /// For NOTIFY_SOCKET.
  std::string address() const { return "@" + name_; }

  /// The next note.
  std::string Receive() const {
    std::array<char, 4'096> text{};
    const ssize_t size = recv(fd_, text.data(), text.size(), 0);
    return {text.data(), static_cast<size_t>(std::max<ssize_t>(0, size))};
  }
  /// The next note that has this text in it.
  std::string WaitFor(const std::string& text) const {
    std::string note = Receive();
    while (note.find(text) == std::string::npos) {
      note = Receive();
    }
    return note;
  }

 private:
  const std::string name_ = "trafrec-test-" + std::to_string(getpid());
  const int fd_;
};

}  // namespace trafrec::test_support
