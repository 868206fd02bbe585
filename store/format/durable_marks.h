#pragma once

#include <chrono>

#include "base/error.h"
#include "store/format/records.h"

namespace trafrec::store {

/// Which marks survive a power loss, and when the next sync is due. A failed sync is final for its
/// segment: the kernel forgets what it could not write, so a later success proves nothing, and the
/// marks stand still until that segment is sealed. Writer thread only.
class DurableMarks {
 public:
  using Clock = std::chrono::steady_clock;

  explicit DurableMarks(std::chrono::milliseconds interval) : interval_(interval) {}

  void OnCommit(const Marks& marks) {
    committed_ = marks;
    unsynced_ = true;
  }
  bool due(Clock::time_point now) const { return unsynced_ && now >= deadline(); }
  bool unsynced() const { return unsynced_; }
  Clock::time_point deadline() const { return last_sync_ + interval_; }

  /// A sync failed, or a checkpoint, which syncs.
  void OnDoubt() { stuck_ = true; }
  /// All was synced, as far as nothing is in doubt.
  void OnSync(Clock::time_point now) {
    unsynced_ = false;
    last_sync_ = now;
    marks_ = stuck_ ? marks_ : committed_;
  }
  bool stuck() const { return stuck_; }
  /// Every earlier segment is sealed, in good order.
  void OnAllSealed() { stuck_ = false; }

  const Marks& marks() const { return marks_; }

 private:
  const std::chrono::milliseconds interval_;
  Marks committed_;
  Marks marks_;
  Clock::time_point last_sync_ = Clock::now();
  bool unsynced_ = false;
  bool stuck_ = false;
};

}  // namespace trafrec::store
