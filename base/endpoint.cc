#include "base/endpoint.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "base/bytes.h"

namespace trafrec {
namespace {

constexpr std::array<uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
/// Its last four bytes, as the upper half of a number whose lower half is the address.
constexpr uint64_t kMappedUpperHalf = uint64_t{0xffff} << 32;

}  // namespace

IpAddress IpAddress::V4(const uint8_t* four_bytes) {
  // In halves of eight bytes, as it is read again at once: a load of more bytes than were stored
  // together would wait for them.
  const uint64_t half = kMappedUpperHalf | LoadBig<uint32_t>(four_bytes);
  const auto swapped = LoadBig<uint64_t>(reinterpret_cast<const uint8_t*>(&half));
  IpAddress address;
  std::memcpy(address.bytes.data() + sizeof(half), &swapped, sizeof(half));
  return address;
}

IpAddress IpAddress::V6(const uint8_t* sixteen_bytes) {
  IpAddress address;
  std::memcpy(address.bytes.data(), sixteen_bytes, address.bytes.size());
  return address;
}

bool IpAddress::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

std::string IpAddress::ToString() const {
  char text[INET6_ADDRSTRLEN];
  const bool v4 = is_v4();
  inet_ntop(v4 ? AF_INET : AF_INET6, bytes.data() + (v4 ? kMappedPrefix.size() : 0), text,
            sizeof(text));
  return text;
}

std::string Endpoint::ToString() const {
  const std::string host = address.ToString();
  return (address.is_v4() ? host : "[" + host + "]") + ":" + std::to_string(port);
}

}  // namespace trafrec
