#include "tests/telemetry/client.h"

#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/socket.h>

#include <array>

namespace trafrec::telemetry {

FileDescriptor Connect(const std::string& address) {
  const size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[')) {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  EXPECT_EQ(getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &found), 0);
  FileDescriptor fd(socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(connect(fd.get(), found->ai_addr, found->ai_addrlen), 0) << address;
  freeaddrinfo(found);
  return fd;
}

std::string Ask(const std::string& address, const std::string& request) {
  const FileDescriptor fd = Connect(address);
  EXPECT_EQ(send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  std::string answer;
  std::array<char, 4'096> piece{};
  for (ssize_t got = 0; (got = recv(fd.get(), piece.data(), piece.size(), 0)) > 0;) {
    answer.append(piece.data(), static_cast<size_t>(got));
  }
  return answer;
}

std::string Get(const std::string& address, const std::string& target, const std::string& fields) {
  return Ask(address,
             "GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + fields + "\r\n");
}

}  // namespace trafrec::telemetry
