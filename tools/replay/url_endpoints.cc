#include "tools/replay/url_endpoints.h"

#include <netdb.h>

namespace trafrec::tools {

std::vector<Endpoint> EndpointsOf(const std::string& url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string::npos) {
    return {};
  }
  std::string authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  std::string port = url.starts_with("https") ? "443" : "80";
  const size_t colon = authority.rfind(':');
  if (colon != std::string::npos && authority.find(']', colon) == std::string::npos) {
    port = authority.substr(colon + 1);
    authority.resize(colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']')) {
    authority = authority.substr(1, authority.size() - 2);
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(authority.c_str(), port.c_str(), &hints, &found) != 0) {
    return {};
  }
  std::vector<Endpoint> endpoints;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    Endpoint endpoint;
    if (each->ai_family == AF_INET) {
      const auto* address = reinterpret_cast<const sockaddr_in*>(each->ai_addr);
      endpoint.address = IpAddress::V4(reinterpret_cast<const uint8_t*>(&address->sin_addr.s_addr));
      endpoint.port = ntohs(address->sin_port);
    } else if (each->ai_family == AF_INET6) {
      const auto* address = reinterpret_cast<const sockaddr_in6*>(each->ai_addr);
      endpoint.address = IpAddress::V6(address->sin6_addr.s6_addr);
      endpoint.port = ntohs(address->sin6_port);
    }
    endpoints.push_back(endpoint);
  }
  freeaddrinfo(found);
  return endpoints;
}

}  // namespace trafrec::tools
