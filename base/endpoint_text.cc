#include "base/endpoint_text.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <string>

namespace trafrec {

std::optional<IpAddress> ParseIpAddress(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    text = text.substr(1, text.size() - 2);
  }
  const std::string terminated(text);
  std::array<uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1) {
    return IpAddress::V4(bytes.data());
  }
  return inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1
             ? std::optional(IpAddress::V6(bytes.data()))
             : std::nullopt;
}

std::optional<Endpoint> ParseEndpoint(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  const std::optional<IpAddress> address = ParseIpAddress(text.substr(0, colon));
  const std::string_view digits = text.substr(colon + 1);
  Endpoint endpoint;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
  if (!address || error != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  endpoint.address = *address;
  return endpoint;
}

}  // namespace trafrec
