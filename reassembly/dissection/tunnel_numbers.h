#pragma once

#include <array>
#include <cstdint>

namespace trafrec::reassembly {

// Behind these numbers the dissector finds a packet in the packet. Whoever filters packets before
// it by what is inside them must let these through.

/// Of UDP, where the tunnel's packets are sent to.
inline constexpr uint16_t kGreUdpPort = 4754;
inline constexpr uint16_t kVxlanPort = 4789;
inline constexpr uint16_t kVxlanLinuxPort = 8472;  ///< Linux's default before 4789 was assigned
inline constexpr uint16_t kVxlanGpePort = 4790;
inline constexpr uint16_t kMplsUdpPort = 6635;
inline constexpr uint16_t kGenevePort = 6081;
inline constexpr uint16_t kLispPort = 4341;
inline constexpr uint16_t kGuePort = 6080;
inline constexpr uint16_t kTzspPort = 37008;
inline constexpr auto kTunnelPorts =
    std::to_array<uint16_t>({kVxlanPort, kVxlanLinuxPort, kVxlanGpePort, kGenevePort, kGreUdpPort,
                             kMplsUdpPort, kLispPort, kGuePort, kTzspPort});

/// Of UDP, and the answers come from them.
inline constexpr uint16_t kGtpUserPort = 2152;
inline constexpr uint16_t kTeredoPort = 3544;
inline constexpr uint16_t kAyiyaPort = 5072;
inline constexpr uint16_t kL2tpPort = 1701;
inline constexpr uint16_t kCapwapPort = 5247;
inline constexpr auto kTwoWayTunnelPorts =
    std::to_array<uint16_t>({kGtpUserPort, kTeredoPort, kAyiyaPort, kL2tpPort, kCapwapPort});

/// IPv4, IPv6, GRE, Ethernet, L2TP and MPLS in IP.
inline constexpr auto kTunnelProtocols = std::to_array<uint8_t>({4, 41, 47, 97, 115, 137});

/// MPLS, PPPoE, 802.1ah, FabricPath, VN-Tag, bridged Ethernet, PPP, Cisco metadata, HSR, 802.1BR,
/// service headers and MACsec; not VLAN tags.
inline constexpr auto kTunnelEtherTypes =
    std::to_array<uint16_t>({0x8847, 0x8848, 0x8864, 0x88e7, 0x8903, 0x8926, 0x6558, 0x880b, 0x8909,
                             0x892f, 0x893f, 0x894f, 0x88e5});

/// What may stand between an IPv6 header and its TCP, or between an IPv4 header and its own
/// (authentication only): no tunnel, but ports lie as deep behind it.
inline constexpr uint8_t kAuthenticationHeader = 51;
inline constexpr auto kIpv6Extensions =
    std::to_array<uint8_t>({0, 43, 44, kAuthenticationHeader, 60, 135, 139, 140});

}  // namespace trafrec::reassembly
