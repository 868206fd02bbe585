#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trafrec::reassembly {

/// What a load balancer says of the client before the first byte of its connection to the server:
/// the PROXY protocol (https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt), a line of text
/// (version 1) or a binary header (version 2). What comes behind it is the client's own.
struct ProxyHeader {
  enum class Fit : uint8_t {
    kNone,
    kPerhaps,  ///< if it goes on so
    kFits
  };
  Fit fit = Fit::kNone;
  size_t bytes = 0;  ///< if it fits: its length from here, also beyond what was looked at
};

/// Where each version is told: line ends before a message are passed over, and version 2 begins
/// with two of them.
inline constexpr size_t kProxyHeaderTextAt = 0;
inline constexpr size_t kProxyHeaderBinaryAt = 4;

/// `bytes` are those of a client's flow from `offset` on, one of the two places above.
ProxyHeader FindProxyHeader(uint64_t offset, std::string_view bytes);

}  // namespace trafrec::reassembly
