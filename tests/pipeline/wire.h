#pragma once

#include <string>
#include <vector>

#include "tests/pipeline/endpoints.h"
#include "tests/support/packets.h"

namespace trafrec::pipeline {

/// How one connection's segments travel.
struct Carriage {
  size_t encapsulation = 0;     ///< index into EncapsulationNames()
  uint32_t fragment_bytes = 0;  ///< IP fragments of that size; 0: none
  bool shuffles_fragments = false;
};

/// "ethernet", "vlan", "qinq", "vxlan in vlan", …; the first is the plainest.
const std::vector<std::string>& EncapsulationNames();

Carriage AnyCarriage(Random& random);

/// A packet of a trial, and what it holds.
struct WirePacket {
  TimeNs at = 0;
  uint16_t link_type = 0;
  uint32_t conversation = 0;
  uint32_t segment = 0;  ///< index among its conversation's
  Side from = Side::kClient;
  test_support::ByteVector bytes;

  reassembly::Packet packet() const;
};

/// Appends the packets of the conversation's segments.
void Encode(const Conversation& conversation, const std::vector<Segment>& segments,
            const Carriage& carriage, Random& random, std::vector<WirePacket>& packets);

}  // namespace trafrec::pipeline
