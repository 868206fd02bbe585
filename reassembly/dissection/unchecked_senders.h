#pragma once

#include <bitset>
#include <cstdint>
#include <unordered_map>

#include "reassembly/dissection/segment.h"

namespace trafrec::reassembly {

/// Tells senders whose checksums say nothing from damaged packets: what a card computes, or a tool
/// that made or edited the capture did not, is zero or anything in all packets one way. The
/// receiver tells: it acknowledges, to the byte, a segment whose checksum is wrong, and of that
/// sender none has been right. What nobody received is not acknowledged; and a forged segment of a
/// sender whose others are right is not believed.
///
/// The two directions between two addresses are told apart by the 16 bits that the addresses add up
/// to; when two pairs share them, the doubt goes against the packet. At most 131,072 entries.
class UncheckedSenders {
 public:
  /// A segment with a right checksum. `pair`: what its addresses add up to; its ports and numbers
  /// are those in `segment`.
  void NoteRight(uint16_t pair, const TcpSegment& segment) {
    // Usually both ways are known to be right: which one it is says nothing new then.
    const size_t first = FirstOf(pair);
    if (!right_[first] || !right_[first + 1] || !doubts_.empty()) {
      OnRight(WayOf(pair, segment), segment);
    }
  }

  /// Is the segment, whose checksum is wrong, one of a sender that computes none? If not, it is
  /// noted as something that the receiver may acknowledge.
  bool Explain(uint16_t pair, const TcpSegment& segment);

 private:
  /// A direction of a pair of addresses, and its opposite.
  struct Way {
    uint32_t there;
    uint32_t back;
  };
  struct Doubt {
    uint16_t source_port = 0;
    uint16_t destination_port = 0;
    uint32_t end = 0;  ///< of the latest wrong segment: what acknowledges all of it
    bool confirmed = false;
    uint32_t wrong = 0;  ///< since it is confirmed
    uint32_t right = 0;  ///< by chance, once in 65,535 segments
  };

  static uint32_t FirstOf(uint16_t pair) { return uint32_t{pair} * 2; }
  static Way WayOf(uint16_t pair, const TcpSegment& segment);
  void OnRight(const Way& way, const TcpSegment& segment);
  void NoteAcknowledgment(uint32_t way, const TcpSegment& segment);

  std::bitset<0x20000> right_;
  std::unordered_map<uint32_t, Doubt> doubts_;
};

}  // namespace trafrec::reassembly
