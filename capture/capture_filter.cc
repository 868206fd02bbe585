// What a filter must let through beside the obvious: packets with VLAN tags (libpcap looks behind a
// tag only where the expression says `vlan`), and the later fragments of IP packets, which carry no
// ports.
//
// `vlan` moves the place where libpcap looks for all that follows in the text, also behind an "or".
// So the untagged form comes first, and each `vlan` shifts what comes after it by one more tag. An
// expression that speaks of tags itself is left as it is: it knows what it wants.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "capture/packet_source.h"

namespace trafrec::capture {
namespace {

constexpr std::string_view kLaterFragments =
    "(ip[6:2] & 0x1fff != 0 and ip[9] = 6) or (ip6[6] = 44)";

/// Words that move libpcap's offsets.
constexpr auto kShifting =
    std::to_array<std::string_view>({"vlan", "mpls", "pppoes", "pppoed", "geneve"});

template <typename Items, typename Format>
std::string AnyOf(const Items& items, const Format& format) {
  std::vector<std::string> alternatives;
  for (const auto& item : items) {
    alternatives.push_back(format(item));
  }
  return fmt::format("{}", fmt::join(alternatives, " or "));
}

}  // namespace

std::string CaptureFilter::Untagged() const {
  std::vector<std::string> conditions;
  if (!ports.empty()) {
    const std::string any =
        AnyOf(ports, [](uint16_t port) { return fmt::format("tcp port {}", port); });
    conditions.push_back(fmt::format("({} or {})", any, kLaterFragments));
  }
  if (!hosts.empty()) {
    const std::string any = AnyOf(hosts, [](const std::string& host) {
      return fmt::format("{} {}", host.find('/') == std::string::npos ? "host" : "net", host);
    });
    conditions.push_back(fmt::format("({})", any));
  }
  if (!bpf.empty()) {
    conditions.push_back(conditions.empty() ? bpf : fmt::format("({})", bpf));
  }
  return fmt::format("{}", fmt::join(conditions, " and "));
}

std::string CaptureFilter::Expression() const {
  std::string untagged = Untagged();
  const bool shifts = std::ranges::any_of(
      kShifting, [&](std::string_view word) { return bpf.find(word) != std::string::npos; });
  if (untagged.empty() || shifts) {
    return untagged;
  }
  return fmt::format("({0}) or (vlan and (({0}) or (vlan and ({0}))))", untagged);
}

}  // namespace trafrec::capture
