#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace trafrec::reassembly {

/// Of two runs of one length.
uint64_t CountDiffering(Bytes a, Bytes b);

/// The bytes delivered last, over all flows, to compare retransmissions with. One ring of fixed
/// size: a flow keeps only the place of its newest record, a record the place of the one before it.
/// Of each delivered run only the first limits::kRecentRunBytes are kept, so that the cost of a
/// segment is bounded and offloaded 64 KiB segments do not sweep the ring.
class RecentBytes {
 public:
  /// Never returned by Remember; a flow without records.
  static constexpr uint64_t kNone = 0;

  /// `ring_bytes` is a power of two.
  explicit RecentBytes(size_t ring_bytes);

  /// Keeps `bytes`, which begin at `offset` of a flow whose newest record so far is `previous`.
  /// Returns the place of the new record.
  uint64_t Remember(uint64_t previous, uint64_t offset, Bytes bytes);

  /// How many of `bytes`, at `offset` of the flow whose newest record is `newest`, differ from a
  /// remembered byte. Bytes that are forgotten are taken to be equal. Adds the records it looked at
  /// to `steps`.
  uint64_t Differing(uint64_t newest, uint64_t offset, Bytes bytes, uint64_t& steps) const;

 private:
  struct Header {
    uint64_t previous;
    uint64_t offset;
    uint64_t length;
  };

  bool IsAlive(uint64_t place) const { return place != kNone && place + ring_.size() >= end_; }

  std::vector<uint8_t> ring_;
  uint64_t mask_;
  uint64_t end_;  // place where the next record begins; grows for ever
};

}  // namespace trafrec::reassembly
