#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "reassembly/dissection/packet.h"

namespace trafrec::capture {

/// Packets on their way from the capture thread to the reassembly thread. Their bytes lie in
/// `storage` (live, streams) or in a mapped file that `mapping` keeps alive.
struct PacketBatch {
  std::vector<reassembly::Packet> packets;
  std::vector<uint8_t> storage;
  std::shared_ptr<const void> mapping;
  size_t bytes = 0;  ///< captured bytes of all packets, and what the batch itself takes: its weight
                     ///< in the ring
};

}  // namespace trafrec::capture
