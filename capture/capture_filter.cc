// What a filter must let through beside the obvious: packets with VLAN tags (libpcap looks behind a
// tag only where the expression says `vlan`); and where ports are asked for, the later fragments of
// IP packets, which carry none, those with headers between IP and TCP, and tunnels.
//
// `vlan` moves the place where libpcap looks for all that follows in the text, also behind an "or".
// So the untagged form comes first, and each `vlan` shifts what comes after it by one more tag. An
// expression that speaks of tags itself is left as it is: it knows what it wants.
//
// The ports inside a tunnel are none that libpcap finds: headers vary in length, and tunnels nest.
// So whatever may be a tunnel passes, by its numbers, and its TCP is chosen behind the dissection,
// which finds the ports anyway (Packet::ports). A tunnel over UDP may come in IP fragments, so all
// later ones of UDP pass too; the dissector leaves those alone whose first fragment did not pass.
// Rejected: to look for ports at the usual places in the usual tunnels (it would miss a tunnel with
// an option or an inner tag, silently), and to dissect packets here (twice the work for each).

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "capture/packet_source.h"
#include "reassembly/dissection/tunnel_numbers.h"

namespace trafrec::capture {
namespace {

constexpr std::string_view kLaterFragments =
    "(ip[6:2] & 0x1fff != 0 and (ip[9] = 6 or ip[9] = 17))";

/// Words that move libpcap's offsets.
constexpr auto kShifting =
    std::to_array<std::string_view>({"vlan", "mpls", "pppoes", "pppoed", "geneve"});

/// VLAN tags; `vlan` knows all of them but the last.
constexpr auto kTags = std::to_array<uint16_t>({0x8100, 0x88a8, 0x9100});
constexpr uint16_t kTagUnknownToLibpcap = 0x9200;

template <typename Items, typename Format>
std::string AnyOf(const Items& items, const Format& format) {
  std::vector<std::string> alternatives;
  for (const auto& item : items) {
    alternatives.push_back(format(item));
  }
  return fmt::format("{}", fmt::join(alternatives, " or "));
}

std::string AnyPort(const std::vector<uint16_t>& ports) {
  return AnyOf(ports, [](uint16_t port) { return fmt::format("tcp port {}", port); });
}

std::string AnyHost(const std::vector<std::string>& hosts) {
  return AnyOf(hosts, [](const std::string& host) {
    return fmt::format("{} {}", host.find('/') == std::string::npos ? "host" : "net", host);
  });
}

std::string EtherType(uint16_t type) { return fmt::format("ether proto 0x{:04x}", type); }

/// IPv6's fragments are among them.
std::string BehindExtensions() {
  return fmt::format("ip proto {} or {}", reassembly::kAuthenticationHeader,
                     AnyOf(reassembly::kIpv6Extensions,
                           [](uint8_t header) { return fmt::format("ip6[6] = {}", header); }));
}

std::string Tunnels() {
  return fmt::format("{} or {} or {} or {} or {}",
                     AnyOf(reassembly::kTunnelProtocols,
                           [](uint8_t protocol) { return fmt::format("proto {}", protocol); }),
                     AnyOf(reassembly::kTunnelPorts,
                           [](uint16_t port) { return fmt::format("udp dst port {}", port); }),
                     AnyOf(reassembly::kTwoWayTunnelPorts,
                           [](uint16_t port) { return fmt::format("udp port {}", port); }),
                     AnyOf(reassembly::kTunnelEtherTypes, EtherType),
                     EtherType(kTagUnknownToLibpcap));
}

/// `ports` is empty or a condition.
std::string AllOf(const std::string& ports, const CaptureFilter& filter) {
  std::vector<std::string> conditions;
  if (!ports.empty()) {
    conditions.push_back(fmt::format("({})", ports));
  }
  if (!filter.hosts.empty()) {
    conditions.push_back(fmt::format("({})", AnyHost(filter.hosts)));
  }
  if (!filter.bpf.empty()) {
    conditions.push_back(conditions.empty() ? filter.bpf : fmt::format("({})", filter.bpf));
  }
  return fmt::format("{}", fmt::join(conditions, " and "));
}

/// Empty without ports.
std::string PortsOrTunnels(const CaptureFilter& filter) {
  if (filter.ports.empty()) {
    return {};
  }
  return fmt::format("{} or {} or {} or {}", AnyPort(filter.ports), kLaterFragments,
                     BehindExtensions(), Tunnels());
}

}  // namespace

std::string CaptureFilter::Plain() const { return AllOf(AnyPort(ports), *this); }

/// What is tagged may be of the ports, as what is in a tunnel may be.
std::string CaptureFilter::WithoutTags() const {
  const std::string passing = PortsOrTunnels(*this);
  return AllOf(passing.empty() ? passing : passing + " or " + AnyOf(kTags, EtherType), *this);
}

std::string CaptureFilter::Expression() const {
  std::string untagged = AllOf(PortsOrTunnels(*this), *this);
  const bool shifts = std::ranges::any_of(
      kShifting, [&](std::string_view word) { return bpf.find(word) != std::string::npos; });
  if (untagged.empty() || shifts) {
    return untagged;
  }
  return fmt::format("({0}) or (vlan and (({0}) or (vlan and ({0}))))", untagged);
}

}  // namespace trafrec::capture
