#include "store/writer/loss_keeper.h"

#include <algorithm>
#include <utility>

#include "store/limits.h"

namespace trafrec::store {

void LossKeeper::OnWritten(std::span<const FrameRows::Loss> rows) {
  for (const FrameRows::Loss& row : rows) {
    uncommitted_.push_back(row.record);
  }
}

void LossKeeper::Keep(std::span<const FrameRows::Loss> rows) {
  for (const FrameRows::Loss& row : rows) {
    Keep(row.record);
  }
}

void LossKeeper::OnRolledBack() {
  for (const LossRecord& row : std::exchange(uncommitted_, {})) {
    Keep(row);
  }
}

void LossKeeper::OnCommitted() {
  kept_.clear();
  uncommitted_.clear();
}

void LossKeeper::Keep(const LossRecord& row) {
  const auto same = std::ranges::find(kept_, row.cause, &LossRecord::cause);
  if (kept_.size() < limits::kKeptLosses || same == kept_.end()) {
    kept_.push_back(row);
    return;
  }
  same->from = std::min(same->from, row.from);
  same->until = std::max(same->until, row.until);
  same->connection.reset();
  same->packets += row.packets;
  same->bytes += row.bytes;
  same->of_bytes += row.of_bytes;
  same->exact = same->exact && row.exact;
}

}  // namespace trafrec::store
