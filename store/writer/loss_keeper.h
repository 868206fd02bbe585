#pragma once

#include <span>
#include <vector>

#include "store/format/frame.h"

namespace trafrec::store {

/// Loss rows that were to be stored while the disk was full. They tell what was lost before, and
/// for another reason, so they go to the log with the row of the full disk. Bounded: beyond that,
/// rows of one cause become one.
class LossKeeper {
 public:
  /// Of a frame that is written, and not yet committed.
  void OnWritten(std::span<const FrameRows::Loss> rows);
  /// Of a frame that could not be written.
  void Keep(std::span<const FrameRows::Loss> rows);
  void OnRolledBack();
  void OnCommitted();
  /// What the next commit must hold.
  std::span<const LossRecord> kept() const { return kept_; }

 private:
  void Keep(const LossRecord& row);

  std::vector<LossRecord> kept_;
  std::vector<LossRecord> uncommitted_;
};

}  // namespace trafrec::store
