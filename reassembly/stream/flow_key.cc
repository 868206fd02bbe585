#include "reassembly/stream/flow_key.h"

#include <cstring>
#include <utility>

namespace trafrec::reassembly {
namespace {

Endpoint MakeEndpoint(const uint64_t (&address)[2], uint16_t port) {
  Endpoint endpoint;
  std::memcpy(endpoint.address.bytes.data(), address, sizeof(address));
  endpoint.port = port;
  return endpoint;
}

/// Both halves of the 128-bit product folded: every input bit reaches every output bit.
uint64_t Mix(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace

FlowKey MakeFlowKey(const Endpoint& source, const Endpoint& destination, uint32_t overlay,
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

Endpoint LowEndpoint(const FlowKey& key) { return MakeEndpoint(key.low_address, key.low_port); }
Endpoint HighEndpoint(const FlowKey& key) { return MakeEndpoint(key.high_address, key.high_port); }

uint32_t HashFlowKey(const FlowKey& key, uint64_t seed) {
  const uint64_t ports = static_cast<uint64_t>(key.low_port) << 48 |
                         static_cast<uint64_t>(key.high_port) << 32 | key.overlay;
  const uint64_t low = Mix(key.low_address[0] ^ seed, key.low_address[1] ^ 0xa0761d6478bd642f);
  const uint64_t high = Mix(key.high_address[0] ^ ~seed, key.high_address[1] ^ 0xe7037ed1a0b428db);
  const uint64_t hash = Mix(low ^ ports ^ seed, high ^ 0x8ebc6af09c88c6e3 ^ (seed >> 7));
  return static_cast<uint32_t>(hash ^ (hash >> 32));
}

}  // namespace trafrec::reassembly
