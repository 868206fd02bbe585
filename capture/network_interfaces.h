#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace trafrec::capture {

using MacAddress = std::array<uint8_t, 6>;

/// Names of the interfaces of this machine (of this network namespace).
std::vector<std::string> InterfaceNames();

/// 0 if there is none of that name.
unsigned InterfaceIndex(const std::string& name);
bool IsLoopback(const std::string& name);
/// Empty where it has none, or only zeros.
std::optional<MacAddress> AddressOf(const std::string& name);

/// Packets that the interface itself gave up since it exists (rx_dropped, rx_missed_errors,
/// rx_fifo_errors); for "any" the sum over all but loopback. pcap_stats has some of them, on some
/// interfaces.
uint64_t InterfaceDrops(const std::string& name);

}  // namespace trafrec::capture
