#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trafrec::capture {

/// A network namespace for this process alone, with loopback up and nothing else on the wire. Fails
/// the test, and says so, without the right to make one (CAP_NET_ADMIN, CAP_SYS_ADMIN).
void EnterPrivateNetwork();

/// Runs a command line of iproute2; fails the test if it fails.
void Ip(const std::string& arguments);

/// A UDP port of loopback that takes what is sent to it, so that nothing answers.
class UdpPort {
 public:
  UdpPort();
  ~UdpPort();
  UdpPort(const UdpPort&) = delete;
  UdpPort& operator=(const UdpPort&) = delete;

  void Send(std::string_view payload, int times = 1) const;
  uint16_t number() const { return number_; }

 private:
  int fd_;
  uint16_t number_ = 0;
};

}  // namespace trafrec::capture
