#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace trafrec::reassembly {

/// What the capture knows of one packet. Made by the sources of capture/, eaten by Dissector.
struct Packet {
  TimeNs at = 0;
  Bytes bytes;              ///< captured part; borrowed
  uint32_t wire_bytes = 0;  ///< length on the wire, >= bytes.size() in an honest capture
  uint16_t link_type = 0;   ///< LINKTYPE_ value (https://www.tcpdump.org/linktypes.html)
  uint16_t interface = 0;   ///< index into the source's table of interface names
  bool outgoing =
      false;  ///< sent by this host (live capture only): its checksums may be left to the card
  bool checksum_not_ready = false;  ///< the kernel says so (TP_STATUS_CSUMNOTREADY)
  /// Sorted: TCP of other ports is not wanted. The capture's filter of packets sees the outermost
  /// headers alone, and lets through whatever may be a tunnel. Borrowed; null: all are wanted.
  const std::vector<uint16_t>* ports = nullptr;
};

}  // namespace trafrec::reassembly
