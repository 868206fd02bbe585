#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "base/counters.h"
#include "base/lag_histogram.h"
#include "base/time.h"

namespace trafrec::capture {

/// What the recorder's threads let others see. Each value has one writer.
struct Gauges {
  // Capture thread.
  std::atomic<uint64_t> capture_turns{0};  ///< live it never waits long
  std::atomic<uint64_t> captured_packets{0};
  std::atomic<uint64_t> kernel_drops{0};
  std::atomic<uint64_t> interface_drops{0};
  std::atomic<uint64_t> ring_drops{0};  ///< packets; counted after captured_packets
  std::atomic<uint64_t> ring_dropped_bytes{0};
  std::atomic<uint64_t> cut_files{0};
  LagHistogram capture_lag;  ///< live: a batch's last packet until this thread has it, wall clock
  // Reassembly thread.
  std::atomic<uint64_t> reassembly_turns{0};
  std::atomic<TimeNs> reassembled_through{0};
  std::atomic<double> store_fill{0};
  std::atomic<bool> saving_space{false};  ///< what the exchanges that come now are judged by
  LagHistogram reassembly_lag;            ///< live: a batch's way through the ring and reassembly

  /// Adds "capture.packets" with its parts, of which "packets.received" is one, and the drops
  /// outside. `received`: how many packets have come out of the ring; nothing once it is empty for
  /// good, which is when the sum proves something.
  void AddCounters(std::optional<uint64_t> received, Counters& counters) const;
};

}  // namespace trafrec::capture
