#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "base/endpoint.h"

namespace trafrec::reassembly {

/// Both directions of a connection under one key: the two endpoints in a fixed order, and the
/// overlay network in which their addresses mean something.
struct FlowKey {
  uint64_t low_address[2];
  uint64_t high_address[2];
  uint16_t low_port;
  uint16_t high_port;
  uint32_t overlay;  ///< of EncapsulationTable; 0: none

  friend bool operator==(const FlowKey&, const FlowKey&) = default;
};

/// The key of a packet. `source_is_low` tells which of the two endpoints sent it.
inline FlowKey MakeFlowKey(const Endpoint& source, const Endpoint& destination, uint32_t overlay,
                           bool& source_is_low) {
  uint64_t from[2];
  uint64_t to[2];
  std::memcpy(from, source.address.bytes.data(), sizeof(from));
  std::memcpy(to, destination.address.bytes.data(), sizeof(to));
  if (from[1] != to[1]) {
    source_is_low = from[1] < to[1];
  } else if (from[0] != to[0]) {
    source_is_low = from[0] < to[0];
  } else {
    source_is_low = source.port <= destination.port;
  }
  return source_is_low
             ? FlowKey{{from[0], from[1]}, {to[0], to[1]}, source.port, destination.port, overlay}
             : FlowKey{{to[0], to[1]}, {from[0], from[1]}, destination.port, source.port, overlay};
}

Endpoint LowEndpoint(const FlowKey& key);
Endpoint HighEndpoint(const FlowKey& key);

/// Both halves of the 128-bit product folded: every input bit reaches every output bit.
inline uint64_t MixProduct(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

/// Keyed, so that nobody outside can make packets collide: every factor depends on the seed, which
/// must not show in any output.
inline uint32_t HashFlowKey(const FlowKey& key, uint64_t seed) {
  const uint64_t ports = static_cast<uint64_t>(key.low_port) << 48 |
                         static_cast<uint64_t>(key.high_port) << 32 | key.overlay;
  const uint64_t low =
      MixProduct(key.low_address[0] ^ seed, key.low_address[1] ^ std::rotr(seed, 11));
  const uint64_t high =
      MixProduct(key.high_address[0] ^ ~seed, key.high_address[1] ^ std::rotr(seed, 29));
  const uint64_t hash = MixProduct(low ^ ports ^ seed, high ^ std::rotr(seed, 47));
  // One product of ports in a row by a factor gives places in a row, for some factors close
  // together.
  constexpr uint64_t kGoldenRatio = 0x9e3779b97f4a7c15;
  return static_cast<uint32_t>(MixProduct(hash ^ std::rotr(seed, 17), kGoldenRatio));
}

}  // namespace trafrec::reassembly
