#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/endpoint.h"
#include "base/time.h"
#include "store/format/records.h"

namespace trafrec::reassembly {

/// The tags of the encapsulations around a packet, outermost first; at most eight, as nesting is
/// (limits.h).
class EncapsulationPath {
 public:
  void Add(store::EncapsulationId id) {
    if (size_ < ids_.size()) {
      ids_[size_++] = id;
    }
  }
  void Clear() { size_ = 0; }
  std::span<const store::EncapsulationId> ids() const { return {ids_.data(), size_}; }
  bool empty() const { return size_ == 0; }

 private:
  std::array<store::EncapsulationId, 8> ids_{};
  uint8_t size_ = 0;
};

/// A TCP segment out of its wrappings, checksums judged. What StreamTracker works on.
struct TcpSegment {
  static constexpr uint8_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10,
                           kUrg = 0x20;

  TimeNs at = 0;
  Endpoint source;
  Endpoint destination;
  uint32_t sequence = 0;        ///< raw, of the SYN or of the first payload byte
  uint32_t acknowledgment = 0;  ///< raw; meaningful with kAck
  uint8_t flags = 0;
  uint16_t window = 0;          ///< unscaled
  uint8_t window_shift = 0xff;  ///< of the window scale option in a SYN; 0xff: none
  Bytes payload;  ///< captured part; borrowed from the packet or from the fragment buffer
  uint32_t payload_wire_bytes =
      0;  ///< as the IP header says; more than payload.size() when snaplen cut it
  uint16_t interface = 0;
  EncapsulationPath encapsulation;
  bool from_fragments = false;  ///< the payload lies in the fragment buffer
  bool fragments_conflicted =
      false;  ///< it came in IP fragments that overlapped with different bytes

  bool has(uint8_t flag) const { return (flags & flag) != 0; }
};

}  // namespace trafrec::reassembly
