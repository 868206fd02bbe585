#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "base/error.h"
#include "replay/ledger/ledger.h"

namespace trafrec::replay {

/// The ledger's thread: takes what the loop has to say and commits it in groups, at once where
/// somebody waits for it. Add is called by the loop's thread.
class Committer {
 public:
  /// `committed` is called on the committer's thread with the number of the last batch that is in
  /// the ledger, or with the Error that ended it.
  using Committed = std::function<void(uint64_t batch, const Status& status)>;

  Committer(ledger::LedgerWriter& ledger, Committed committed);
  /// Commits what is left.
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  /// Lets `add` put something into the batch under construction, and says its number. `urgent`:
  /// somebody waits for it.
  uint64_t Add(bool urgent, const std::function<void(ledger::Batch&)>& add);

  /// Commits all, and ends the thread. What the first failing commit said.
  Status Finish();

 private:
  void Run();

  ledger::LedgerWriter& ledger_;
  const Committed committed_;
  std::mutex mutex_;
  std::condition_variable wake_;
  ledger::Batch batch_;
  uint64_t number_ = 1;  ///< of batch_
  bool urgent_ = false;
  bool ending_ = false;
  Status failed_;
  std::thread thread_;
};

}  // namespace trafrec::replay
