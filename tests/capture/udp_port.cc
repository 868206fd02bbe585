#include "tests/capture/udp_port.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace trafrec::capture {

UdpPort::UdpPort() : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(fd_, generic, length), 0) << std::strerror(errno);
  EXPECT_EQ(getsockname(fd_, generic, &length), 0) << std::strerror(errno);
  EXPECT_EQ(connect(fd_, generic, length), 0) << std::strerror(errno);
  number_ = ntohs(address.sin_port);
}

UdpPort::~UdpPort() { close(fd_); }

void UdpPort::Send(std::string_view payload, int times) const {
  for (int i = 0; i < times; ++i) {
    ASSERT_EQ(send(fd_, payload.data(), payload.size(), 0), std::ssize(payload))
        << std::strerror(errno);
  }
}

}  // namespace trafrec::capture
