#pragma once

#include <array>
#include <cstdint>

#include "base/counters.h"
#include "store/format/records.h"

namespace trafrec::reassembly {

/// Everything that StreamTracker counts. Each captured payload byte is in exactly one of the parts
/// of its role, each segment in exactly one fate, each connection in exactly one.
struct StreamCounters {
  struct Payload {
    uint64_t total_bytes = 0;
    uint64_t delivered_bytes = 0;
    uint64_t duplicate_bytes = 0;      ///< seen before, equal as far as it could be compared
    uint64_t conflict_bytes = 0;       ///< a run of which another first copy was kept
    uint64_t out_of_window_bytes = 0;  ///< before the start of the flow, or absurdly far ahead
    uint64_t after_close_bytes = 0;    ///< beyond a FIN, or after the connection's end
    uint64_t rejected_bytes = 0;       ///< on RST, or with flags that no stack sends
    uint64_t buffered_bytes = 0;       ///< waiting now
    uint64_t missed_bytes = 0;         ///< in gaps; no part of the captured ones
  };
  enum class SegmentFate : uint8_t {
    kTracked,
    kAfterClose,
    kOddFlags,
    kStrayReset,
    kResetOutOfWindow,
    kStraySyn,
  };
  static constexpr size_t kSegmentFates = 6;
  static constexpr size_t kCauses = 7;  // of store::CloseCause and of store::GapCause

  std::array<Payload, 3> payload;  // by Connection::RoleOf
  std::array<uint64_t, kSegmentFates> segments{};
  std::array<uint64_t, kCauses> closed{};
  std::array<uint64_t, kCauses> gaps{};
  std::array<uint64_t, kCauses> gap_bytes{};
  uint64_t connections_seen = 0;
  uint64_t half_open_evicted = 0;
  uint64_t no_data = 0;
  uint64_t mid_stream = 0;
  uint64_t resets_withdrawn = 0;
  uint64_t acked_bytes = 0;
  uint64_t steps = 0;

  void Count(SegmentFate fate) { ++segments[static_cast<size_t>(fate)]; }
  void AddTo(Counters& counters, uint64_t connections_open, uint64_t half_open) const;
};

}  // namespace trafrec::reassembly
