#pragma once

#include <cstdint>
#include <vector>

#include "tests/support/packets.h"

namespace trafrec::test_support {

/// What a network or a mirror does to packets, by seeded choice. Rates are 0 … 1.
struct Impairment {
  uint64_t seed = 1;
  double drop = 0;
  double duplicate = 0;
  double reorder = 0;       ///< share of packets that are held back
  int reorder_packets = 5;  ///< by up to so many others
};

/// Times stay sorted: a packet that comes later has a later time.
std::vector<RawPacket> Impaired(const std::vector<RawPacket>& packets,
                                const Impairment& impairment);

/// Several captures as one, by time; equal times keep the order of the arguments.
std::vector<RawPacket> MergedByTime(std::vector<std::vector<RawPacket>> captures);

}  // namespace trafrec::test_support
