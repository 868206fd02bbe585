#include "reassembly/stream/flow_key.h"

#include <cstring>

namespace trafrec::reassembly {
namespace {

Endpoint MakeEndpoint(const uint64_t (&address)[2], uint16_t port) {
  Endpoint endpoint;
  std::memcpy(endpoint.address.bytes.data(), address, sizeof(address));
  endpoint.port = port;
  return endpoint;
}

}  // namespace

Endpoint LowEndpoint(const FlowKey& key) { return MakeEndpoint(key.low_address, key.low_port); }
Endpoint HighEndpoint(const FlowKey& key) { return MakeEndpoint(key.high_address, key.high_port); }

}  // namespace trafrec::reassembly
