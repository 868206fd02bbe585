#pragma once

#include <cstdint>
#include <string_view>

namespace trafrec::capture {

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
