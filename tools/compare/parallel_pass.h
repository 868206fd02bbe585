#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/bounded_queue.h"
#include "base/error.h"
#include "replay/compare/kept_pair.h"
#include "replay/compare/tally.h"
#include "store/reader/log_reader.h"
#include "tools/compare/answer_pairs.h"
#include "tools/compare/limits.h"

namespace trafrec::tools {

/// Reads and compares pairs of answers on several threads. What comes out is counted in the order
/// of the pairs by one thread at a time, so that a result does not depend on the number of threads.
/// Memory: batches of rows for each thread, not the log.
class ParallelPass {
 public:
  /// Called by several threads at a time.
  using Compare = std::function<compare::Compared(const store::StoredExchange& source,
                                                  const store::StoredExchange& result)>;
  /// Called in the order of the pairs, by one thread at a time.
  using Count = std::function<void(const compare::Compared& pair)>;
  /// Finds the pairs: AnswerPairs::Run, or what does the like.
  using Find = std::function<Status(const AnswerPairs::Visitor& visit)>;

  /// What was found before, by other rules; nothing: the answers are to be read. As Compare.
  using Judge = std::function<std::optional<compare::Compared>(compare::KeptPair kept)>;

  struct Steps {
    /// Readers of a thread's own.
    std::function<Result<std::unique_ptr<store::LogReader>>()> open_source;
    std::function<Result<std::unique_ptr<store::LogReader>>()> open_run;
    Compare compare;
    Count count;
    /// In the same way: a pair that is damaged, or was deleted meanwhile.
    std::function<void(const Error& error)> unreadable;
    Judge judge{};  ///< may be missing where no pair was kept
  };

  /// `threads` that compare; the caller's finds the pairs.
  ParallelPass(Steps steps, unsigned threads, size_t batch_pairs = limits::kBatchPairs);

  /// The first Error in the order of the pairs; what came before it was counted.
  Status Run(const Find& find);

 private:
  struct Batch {
    uint64_t number = 0;
    std::vector<RowPair> pairs;
  };
  struct Readers {
    std::unique_ptr<store::LogReader> source;
    std::unique_ptr<store::LogReader> run;
  };

  Result<Readers> Open() const;
  /// A thread: takes batches until there are no more.
  void Work();
  Status CompareAll(Readers& readers, const Batch& batch);
  Result<compare::Compared> JudgePair(Readers& readers, const std::string& kept);
  Result<compare::Compared> ComparePair(Readers& readers, const RowPair& pair);
  void AwaitTurn(uint64_t number);
  /// Of the batch whose turn it is.
  void CountAll(std::vector<Result<compare::Compared>>& found);
  void EndTurn(Status status);

  const Steps steps_;
  const unsigned threads_;
  const size_t batch_pairs_;
  BoundedQueue<Batch> batches_;
  std::mutex large_;  ///< held while a large pair is in memory
  std::mutex mutex_;  ///< of what follows
  std::condition_variable turned_;
  uint64_t turn_ = 0;  ///< number of the batch that may count
  Status failed_;
};

}  // namespace trafrec::tools
