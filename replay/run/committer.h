#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "base/error.h"
#include "replay/ledger/ledger.h"
#include "replay/run/limits.h"

namespace trafrec::replay {

/// How long what is said to the ledger may wait.
enum class Haste : uint8_t {
  kNow,       ///< somebody waits for it
  kSoon,      ///< nobody does, and yet a kill that comes before would cost: outcomes, letters
  kWhenever,  ///< what a resume finds out again
};

/// How often a committer commits where nobody waits.
struct CommitPauses {
  std::chrono::milliseconds soon{limits::kCommitSoonMs};  ///< since the last commit
  std::chrono::milliseconds whenever{limits::kCommitMs};
};

/// The ledger's thread: takes what the loop has to say and commits it in groups. What comes while
/// it commits is the next group; where little comes, each outcome is one of its own. Add is called
/// by the loop's thread.
class Committer {
 public:
  /// `committed` is called on the committer's thread with the number of the last batch that is in
  /// the ledger, or with the Error that ended it.
  using Committed = std::function<void(uint64_t batch, const Status& status)>;

  Committer(ledger::LedgerWriter& ledger, Committed committed, CommitPauses pauses = {});
  /// Commits what is left.
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  /// Lets `add` put something into the batch under construction, and says its number.
  uint64_t Add(Haste haste, const std::function<void(ledger::Batch&)>& add);

  /// Commits all, and ends the thread. What the first failing commit said.
  Status Finish();

 private:
  using Clock = std::chrono::steady_clock;

  void Run();
  void AwaitReason(std::unique_lock<std::mutex>& lock, Clock::time_point last);

  ledger::LedgerWriter& ledger_;
  const Committed committed_;
  const CommitPauses pauses_;
  std::mutex mutex_;
  std::condition_variable wake_;
  ledger::Batch batch_;
  uint64_t number_ = 1;             ///< of batch_
  Haste haste_ = Haste::kWhenever;  ///< of what is in batch_, the greatest
  bool ending_ = false;
  Status failed_;
  std::thread thread_;
};

}  // namespace trafrec::replay
