#include "telemetry/listen_socket.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "base/endpoint.h"
#include "telemetry/limits.h"

namespace trafrec::telemetry {
namespace {

constexpr const char* kForms = "accepted: 9105 (on 127.0.0.1), 0.0.0.0:9105, [::1]:9105";
constexpr int kPortDigitsMax = 5;
constexpr int kPortMax = 65'535;

struct Place {
  std::string host;
  std::string port;
};

bool IsPort(const std::string& text) {
  return !text.empty() && text.size() <= kPortDigitsMax &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; }) &&
         std::atoi(text.c_str()) <= kPortMax;
}

Result<Place> Parse(const std::string& address) {
  const size_t colon = address.rfind(':');
  Place place{.host = "127.0.0.1", .port = address};
  if (colon != std::string::npos) {
    place = {.host = address.substr(0, colon), .port = address.substr(colon + 1)};
    if (place.host.starts_with('[') && place.host.ends_with(']')) {
      place.host = place.host.substr(1, place.host.size() - 2);
    } else if (place.host.contains(':')) {
      return Fail(
          ErrorCode::kUsage, fmt::format("'{}' can be read in two ways", address),
          fmt::format("put an IPv6 address into brackets: [{}]:{}", place.host, place.port));
    }
  }
  if (place.host.empty() || !IsPort(place.port)) {
    return Fail(ErrorCode::kUsage, fmt::format("'{}' is no address to listen on", address), kForms);
  }
  return place;
}

const char* RemedyOf(int failure) {
  switch (failure) {
    case EADDRINUSE:
      return "another program listens there (ss -ltnp shows which); take another port";
    case EACCES:
      return "take a port above 1023, or grant CAP_NET_BIND_SERVICE";
    case EADDRNOTAVAIL:
      return "no interface of this host has that address (ip address lists them); 0.0.0.0 is all "
             "of "
             "IPv4, [::] all";
    case EAFNOSUPPORT:
      return "this host has no such kind of addresses; take the other one";
    default:
      return kForms;
  }
}

/// As a person writes it, with the port that the kernel gave.
std::string NameOf(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    return {};
  }
  if (bound.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(bound);
    return Endpoint{IpAddress::V4(reinterpret_cast<const uint8_t*>(&v4.sin_addr)),
                    ntohs(v4.sin_port)}
        .ToString();
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(bound);
  return Endpoint{IpAddress::V6(v6.sin6_addr.s6_addr), ntohs(v6.sin6_port)}.ToString();
}

}  // namespace

Result<ListenSocket> ListenSocket::Open(const std::string& address) {
  TRY_ASSIGN(const Place place, Parse(address));
  const std::string what = fmt::format("cannot listen on {}:{}", place.host, place.port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int failure = getaddrinfo(place.host.c_str(), place.port.c_str(), &hints, &found);
      failure != 0) {
    return Fail(ErrorCode::kUsage, fmt::format("{}: {}", what, gai_strerror(failure)), kForms);
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  FileDescriptor fd(socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // A recorder that was killed must not keep the next one from its port.
  const int yes = 1;
  if (fd.get() < 0 || setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
      bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      listen(fd.get(), limits::kBacklog) != 0) {
    return FailErrno(errno, what, RemedyOf(errno));
  }
  std::string name = NameOf(fd.get());
  return ListenSocket(std::move(fd), std::move(name));
}

}  // namespace trafrec::telemetry
