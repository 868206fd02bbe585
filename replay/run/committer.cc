#include "replay/run/committer.h"

#include <chrono>
#include <utility>

#include "replay/run/limits.h"

namespace trafrec::replay {

Committer::Committer(ledger::LedgerWriter& ledger, Committed committed)
    : ledger_(ledger), committed_(std::move(committed)), thread_([this] { Run(); }) {}

Committer::~Committer() { (void)Finish(); }

uint64_t Committer::Add(bool urgent, const std::function<void(ledger::Batch&)>& add) {
  const std::lock_guard lock(mutex_);
  add(batch_);
  if (urgent && !urgent_) {
    urgent_ = true;
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

void Committer::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait_for(lock, std::chrono::milliseconds(limits::kCommitMs),
                   [this] { return urgent_ || ending_; });
    const bool last = ending_;
    if (!batch_.empty()) {
      const ledger::Batch batch = std::exchange(batch_, {});
      const uint64_t number = number_++;
      urgent_ = false;
      lock.unlock();
      Status status = ledger_.Commit(batch);
      committed_(number, status);
      lock.lock();
      if (!status) {
        failed_ = std::move(status);
        return;
      }
    }
    if (last && batch_.empty()) {
      return;
    }
  }
}

}  // namespace trafrec::replay
