#pragma once

#include <cstdint>

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
FlowKey MakeFlowKey(const Endpoint& source, const Endpoint& destination, uint32_t overlay,
                    bool& source_is_low);
Endpoint LowEndpoint(const FlowKey& key);
Endpoint HighEndpoint(const FlowKey& key);

/// Keyed, so that nobody outside can make packets collide. The seed must not show in any output.
uint32_t HashFlowKey(const FlowKey& key, uint64_t seed);

}  // namespace trafrec::reassembly
