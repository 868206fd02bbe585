#pragma once

#include <cstddef>
#include <cstdint>

namespace trafrec::reassembly {

/// Why a packet gives no TCP segment. Each is the counter "packets.ignored.<name>".
enum class IgnoreReason : uint8_t {
  kNotIp,                 ///< ARP, spanning tree, LCP, 802.11 management, …
  kUdp,                   ///< and no tunnel that we know
  kIcmp,                  ///< also ICMPv6 and IGMP
  kOtherProtocol,         ///< another protocol over IP; also by number
  kFragment,              ///< an IP fragment that did not make its datagram whole
  kBadChecksum,           ///< of TCP or the IPv4 header: the receiver did not take it
  kTruncatedHeader,       ///< the capture cut it within the headers (snaplen)
  kBadLength,             ///< a length field that contradicts the packet
  kNesting,               ///< more encapsulations than limits::kNesting
  kEncrypted,             ///< 802.11 with protection, ESP
  kUnknownLinkType,       ///< also by number
  kUnknownEncapsulation,  ///< an EtherType, PPP or GRE protocol nobody taught us; also by number
  kOtherPort,             ///< TCP, mostly in a tunnel, of a port that was not asked for
};

inline constexpr size_t kIgnoreReasons = static_cast<size_t>(IgnoreReason::kOtherPort) + 1;

const char* IgnoreReasonName(IgnoreReason reason);

}  // namespace trafrec::reassembly
