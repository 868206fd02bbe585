#include "replay/run/committer.h"

#include <utility>

namespace trafrec::replay {

Committer::Committer(ledger::LedgerWriter& ledger, Committed committed, CommitPauses pauses)
    : ledger_(ledger),
      committed_(std::move(committed)),
      pauses_(pauses),
      thread_([this] { Run(); }) {}

Committer::~Committer() { (void)Finish(); }

uint64_t Committer::Add(Haste haste, const std::function<void(ledger::Batch&)>& add) {
  const std::lock_guard lock(mutex_);
  add(batch_);
  if (haste < haste_) {
    haste_ = haste;
    wake_.notify_one();
  }
  return number_;
}

Status Committer::Finish() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) {
    thread_.join();
  }
  return failed_;
}

/// Until there is something to commit, and it may wait no longer. An outcome that comes a while
/// after the last commit goes at once. Many that come one after another share a commit: one each
/// would take this thread's whole time for nobody.
void Committer::AwaitReason(std::unique_lock<std::mutex>& lock, Clock::time_point last) {
  const auto now = [this] { return ending_ || haste_ == Haste::kNow; };
  wake_.wait_for(lock, pauses_.whenever, [&] { return now() || haste_ == Haste::kSoon; });
  if (haste_ == Haste::kSoon) {
    wake_.wait_until(lock, last + pauses_.soon, now);
  }
}

void Committer::Run() {
  std::unique_lock lock(mutex_);
  Clock::time_point last = Clock::now() - pauses_.soon;
  while (true) {
    AwaitReason(lock, last);
    const bool ending = ending_;
    haste_ = Haste::kWhenever;
    if (!batch_.empty()) {
      const ledger::Batch batch = std::exchange(batch_, {});
      const uint64_t number = number_++;
      lock.unlock();
      Status status = ledger_.Commit(batch);
      committed_(number, status);
      last = Clock::now();
      lock.lock();
      if (!status) {
        failed_ = std::move(status);
        return;
      }
    }
    if (ending && batch_.empty()) {
      return;
    }
  }
}

}  // namespace trafrec::replay
