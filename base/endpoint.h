#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

namespace trafrec {

/// An IPv6 address, or an IPv4 one in its mapped form ::ffff:a.b.c.d (RFC 4291, section 2.5.5.2),
/// so that both compare and hash the same way. Network byte order.
struct IpAddress {
  std::array<uint8_t, 16> bytes{};

  static IpAddress V4(const uint8_t* four_bytes);
  static IpAddress V6(const uint8_t* sixteen_bytes);
  bool is_v4() const;
  /// "10.0.0.1" or "2001:db8::1" (RFC 5952).
  std::string ToString() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

struct Endpoint {
  IpAddress address;
  uint16_t port = 0;

  /// "10.0.0.1:9200" or "[2001:db8::1]:9200".
  std::string ToString() const;

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace trafrec
