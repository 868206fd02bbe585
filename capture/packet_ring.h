#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/bounded_queue.h"
#include "base/time.h"
#include "capture/limits.h"
#include "capture/packet_batch.h"
#include "store/format/records.h"

namespace trafrec::capture {

/// What the capture thread hands to the reassembly thread.
struct RingItem {
  PacketBatch batch;
  std::vector<store::LossRecord> losses;  ///< found before the batch's packets
  /// Live: all packets before this time have been handed over, though the batch shows none.
  std::optional<TimeNs> silent_until;
  /// Live: when the capture thread had the batch; nothing without one.
  std::optional<std::chrono::steady_clock::time_point> ready_at;
};

/// The bounded way from the capture thread to the reassembly thread, and the way back for emptied
/// batches, so that nothing is allocated per packet. The batch given back last is taken first: its
/// memory is still in the cache. What a burst took beyond limits::kSpareBatchesMax is given back.
class PacketRing {
 public:
  PacketRing(size_t batches_max, size_t bytes_max) : queue_(batches_max, bytes_max) {}

  bool Push(RingItem item) {
    const size_t bytes = item.batch.bytes;
    return queue_.Push(std::move(item), bytes);
  }
  /// False, and `item` as it was, if there is no room.
  bool TryPush(RingItem& item) { return queue_.TryPush(item, item.batch.bytes); }
  std::optional<RingItem> Pop() { return queue_.Pop(); }
  void Close() { queue_.Close(); }

  PacketBatch TakeSpare() {
    const std::lock_guard lock(mutex_);
    if (spares_.empty()) {
      return {};
    }
    PacketBatch batch = std::move(spares_.back());
    spares_.pop_back();
    return batch;
  }

  void GiveBack(PacketBatch batch) {
    batch.Clear();
    const std::lock_guard lock(mutex_);
    if (spares_.size() < limits::kSpareBatchesMax) {
      spares_.push_back(std::move(batch));
    }
  }

  /// 0 … 1, by bytes.
  double fill() const {
    return static_cast<double>(queue_.bytes()) / static_cast<double>(queue_.bytes_max());
  }

 private:
  BoundedQueue<RingItem> queue_;
  std::mutex mutex_;
  std::vector<PacketBatch> spares_;
};

}  // namespace trafrec::capture
