#pragma once

#include <cstdint>
#include <vector>

#include "tests/support/packets.h"

namespace trafrec::reassembly {

struct PacketSample {
  uint16_t link_type;
  test_support::ByteVector bytes;
};

/// One packet of each wrapping, for tests and fuzzers to start from. None is larger than 255 bytes.
std::vector<PacketSample> PacketSamples();

}  // namespace trafrec::reassembly
