#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "reassembly/dissection/packet.h"

namespace trafrec::capture {

/// Packets on their way from the capture thread to the reassembly thread. Their bytes lie in
/// `storage` (live), or in windows of the files they came from.
struct PacketBatch {
  std::vector<reassembly::Packet> packets;
  std::vector<uint8_t> storage;
  std::vector<std::shared_ptr<const void>> windows;  ///< kept alive: what else packets point into
  size_t bytes = 0;  ///< captured bytes of all packets, and what the batch itself takes: its weight
                     ///< in the ring

  /// Empties the batch and lets go of the windows; keeps the memory for the next use.
  void Clear() {
    packets.clear();
    storage.clear();
    windows.clear();
    bytes = 0;
  }
};

}  // namespace trafrec::capture
