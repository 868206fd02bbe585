// The table of connections is open to everybody who sends packets: whoever could choose addresses
// and ports that fall into one place of it could make each look-up walk through all of them.

#include "reassembly/stream/flow_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace trafrec::reassembly {
namespace {

constexpr uint32_t kKeys = 1 << 15;

Endpoint V4(uint32_t address, uint32_t port) {
  const uint8_t bytes[4] = {static_cast<uint8_t>(address >> 24),
                            static_cast<uint8_t>(address >> 16), static_cast<uint8_t>(address >> 8),
                            static_cast<uint8_t>(address)};
  return {IpAddress::V4(bytes), static_cast<uint16_t>(port)};
}

Endpoint V6(uint32_t high, uint32_t low, uint32_t port) {
  uint8_t bytes[16] = {0x20, 0x01, 0x0d, 0xb8};
  for (size_t i = 0; i < 4; ++i) {
    bytes[4 + i] = static_cast<uint8_t>(high >> (24 - 8 * i));
    bytes[12 + i] = static_cast<uint8_t>(low >> (24 - 8 * i));
  }
  return {IpAddress::V6(bytes), static_cast<uint16_t>(port)};
}

FlowKey Key(const Endpoint& client, const Endpoint& server, uint32_t overlay = 0) {
  bool client_is_low = false;
  return MakeFlowKey(client, server, overlay, client_is_low);
}

/// Probes that the table's linear search takes to place all keys, for each.
double ProbesPerKey(const std::function<FlowKey(uint32_t)>& key, uint64_t seed) {
  std::vector<bool> taken(size_t{2} * kKeys);
  uint64_t probes = 0;
  for (uint32_t i = 0; i < kKeys; ++i) {
    size_t at = HashFlowKey(key(i), seed) % taken.size();
    for (++probes; taken[at]; ++probes) {
      at = (at + 1) % taken.size();
    }
    taken[at] = true;
  }
  return static_cast<double>(probes) / kKeys;
}

struct Pattern {
  const char* name;
  std::function<FlowKey(uint32_t)> key;
};

const std::vector<Pattern>& Patterns() {
  static const Endpoint server = V4(0xc0000201, 9200);
  static const std::vector<Pattern> all = {
      {"Ports", [](uint32_t i) { return Key(V4(0x0a000001, i), server); }},
      {"PortsInEqualSteps",
       [](uint32_t i) { return Key(V4(0x0a000001 + i / 64, i * 1024), server); }},
      {"Addresses", [](uint32_t i) { return Key(V4(0x0a000000 + i, 40000), server); }},
      {"AddressesByUpperBits", [](uint32_t i) { return Key(V4(i << 17, 40000), server); }},
      {"AddressUpPortDown", [](uint32_t i) { return Key(V4(0x0a000000 + i, 65535 - i), server); }},
      {"BothEnds",
       [](uint32_t i) { return Key(V4(i % 181, 40000), V4(0xc0000000 + i / 181, 80)); }},
      {"EqualEnds", [](uint32_t i) { return Key(V4(i, 80), V4(i, 81)); }},
      {"Overlays", [](uint32_t i) { return Key(V4(1, 40000), server, i); }},
      {"Ipv6Networks", [](uint32_t i) { return Key(V6(i, 1, 40000), V6(0, 1, 80)); }},
      {"Ipv6Hosts", [](uint32_t i) { return Key(V6(1, i, 40000), V6(1, 0, 80)); }},
      {"Ipv6BothHalves", [](uint32_t i) { return Key(V6(i, i, 40000), V6(~i, ~i, 80)); }},
  };
  return all;
}

class FlowHash : public ::testing::TestWithParam<size_t> {};

// At half load, random places take 1.5 probes a key.
TEST_P(FlowHash, SpreadsPatternsAsChanceWould) {
  std::mt19937_64 seeds(1);
  for (int i = 0; i < 32; ++i) {
    const uint64_t seed = seeds();
    EXPECT_LT(ProbesPerKey(Patterns()[GetParam()].key, seed), 1.6) << "seed " << seed;
  }
}

TEST_P(FlowHash, KeysThatCollideUnderOneSeedDoNotUnderAnother) {
  constexpr uint32_t kMask = 0xff;
  std::mt19937_64 seeds(2);
  const uint64_t known = seeds();
  const uint64_t other = seeds();
  std::vector<FlowKey> colliding;
  for (uint32_t i = 0; i < kKeys; ++i) {
    const FlowKey key = Patterns()[GetParam()].key(i);
    if ((HashFlowKey(key, known) & kMask) == 0) {
      colliding.push_back(key);
    }
  }
  std::vector<size_t> places(kMask + 1);
  for (const FlowKey& key : colliding) {
    ++places[HashFlowKey(key, other) & kMask];
  }
  ASSERT_GE(colliding.size(), 64U);
  EXPECT_LE(*std::max_element(places.begin(), places.end()), 8U);
}

std::string TestName(const ::testing::TestParamInfo<size_t>& index) {
  return Patterns()[index.param].name;
}

INSTANTIATE_TEST_SUITE_P(Of, FlowHash, ::testing::Range(size_t{0}, Patterns().size()), TestName);

}  // namespace
}  // namespace trafrec::reassembly
