#include "capture/gauges.h"

namespace trafrec::capture {

void Gauges::AddCounters(std::optional<uint64_t> received, Counters& counters) const {
  constexpr const char* kWhole = "capture.packets";
  const auto load = [](const std::atomic<uint64_t>& value) {
    return value.load(std::memory_order_relaxed);
  };
  // A packet is counted as captured before it is dropped or received, so read in the other order
  // none is queued that is not.
  const uint64_t dropped = ring_drops.load(std::memory_order_acquire);
  const uint64_t captured = load(captured_packets);
  const uint64_t queued = received ? captured - dropped - *received : 0;
  counters.push_back({kWhole, "", captured});
  counters.push_back({"capture.ring_dropped_packets", kWhole, dropped});
  counters.push_back({"capture.queued_packets", kWhole, queued});
  counters.push_back({"capture.ring_dropped_bytes", "", load(ring_dropped_bytes)});
  counters.push_back({"capture.kernel_drops", "", load(kernel_drops)});
  counters.push_back({"capture.interface_drops", "", load(interface_drops)});
  counters.push_back({"capture.cut_files", "", load(cut_files)});
}

}  // namespace trafrec::capture
