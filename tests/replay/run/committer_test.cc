#include "replay/run/committer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace trafrec::replay {
namespace {

/// Nobody would wait so long: what is committed was not committed because time was over.
constexpr CommitPauses kNever{.soon = std::chrono::hours(1), .whenever = std::chrono::hours(1)};
constexpr CommitPauses kAtOnce{.soon = std::chrono::milliseconds(0),
                               .whenever = std::chrono::hours(1)};

/// Keeps what is committed; a commit takes until it may end.
class SlowLedger : public ledger::LedgerWriter {
 public:
  const ledger::Range& range() const override { return range_; }

  Status Commit(const ledger::Batch& batch) override {
    std::unique_lock lock(mutex_);
    ++begun_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    sizes_.push_back(batch.counters.size());
    changed_.notify_all();
    return {};
  }

  void Hold(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  void AwaitBegun(size_t commits) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return begun_ >= commits; });
  }
  /// How many counters each of so many commits had.
  std::vector<size_t> Await(size_t commits) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return sizes_.size() >= commits; });
    return sizes_;
  }
  size_t commits() {
    const std::lock_guard lock(mutex_);
    return sizes_.size();
  }

 private:
  const ledger::Range range_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  size_t begun_ = 0;
  std::vector<size_t> sizes_;
};

void AddOne(Committer& committer, Haste haste) {
  committer.Add(haste, [](ledger::Batch& batch) { batch.counters.emplace_back("x", 1); });
}

TEST(Committer, AnOutcomeIsCommittedThoughNothingComesAfterIt) {
  SlowLedger ledger;
  Committer committer(ledger, [](uint64_t, const Status&) {}, kAtOnce);
  AddOne(committer, Haste::kSoon);
  EXPECT_EQ(ledger.Await(1), std::vector<size_t>{1});
}

TEST(Committer, TheFirstOutcomeAfterAWhileWaitsForNoPause) {
  SlowLedger ledger;
  Committer committer(ledger, [](uint64_t, const Status&) {}, kNever);
  AddOne(committer, Haste::kSoon);
  EXPECT_EQ(ledger.Await(1), std::vector<size_t>{1});
}

TEST(Committer, WhatComesDuringACommitSharesTheNextOne) {
  SlowLedger ledger;
  Committer committer(ledger, [](uint64_t, const Status&) {}, kAtOnce);
  ledger.Hold(true);
  AddOne(committer, Haste::kSoon);
  ledger.AwaitBegun(1);
  for (int i = 0; i < 5; ++i) {
    AddOne(committer, Haste::kSoon);
  }
  ledger.Hold(false);
  EXPECT_EQ(ledger.Await(2), (std::vector<size_t>{1, 5}));
}

TEST(Committer, OutcomesOneAfterAnotherWaitForThePauseAndShareACommit) {
  SlowLedger ledger;
  Committer committer(ledger, [](uint64_t, const Status&) {}, kNever);
  AddOne(committer, Haste::kNow);
  ledger.Await(1);
  AddOne(committer, Haste::kSoon);
  AddOne(committer, Haste::kSoon);
  EXPECT_EQ(ledger.commits(), 1U);
  AddOne(committer, Haste::kNow);
  EXPECT_EQ(ledger.Await(2), (std::vector<size_t>{1, 3}));
}

TEST(Committer, WhatNobodyWaitsForIsCommittedAtTheEnd) {
  SlowLedger ledger;
  Committer committer(ledger, [](uint64_t, const Status&) {}, kNever);
  AddOne(committer, Haste::kWhenever);
  EXPECT_EQ(ledger.commits(), 0U);
  ASSERT_TRUE(committer.Finish());
  EXPECT_EQ(ledger.Await(1), std::vector<size_t>{1});
}

}  // namespace
}  // namespace trafrec::replay
