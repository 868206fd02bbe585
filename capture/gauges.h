#pragma once

#include <atomic>
#include <cstdint>

#include "base/time.h"

namespace trafrec::capture {

/// What the recorder's threads let the progress thread see. Each value has one writer.
struct Gauges {
  // Capture thread.
  std::atomic<uint64_t> capture_turns{0};  ///< live it never waits long
  std::atomic<uint64_t> captured_packets{0};
  std::atomic<uint64_t> kernel_drops{0};
  std::atomic<uint64_t> interface_drops{0};
  std::atomic<uint64_t> ring_drops{0};  ///< packets
  // Reassembly thread.
  std::atomic<uint64_t> reassembly_turns{0};
  std::atomic<TimeNs> reassembled_through{0};
  std::atomic<double> store_fill{0};
  std::atomic<bool> saving_space{false};  ///< what the exchanges that come now are judged by
};

}  // namespace trafrec::capture
