#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "base/error.h"
#include "base/lag_histogram.h"
#include "store/db/database.h"
#include "store/writer/segment_keeper.h"
#include "store/writer/store_progress.h"

namespace trafrec::store {

/// Takes a complete segment one step further, as far as readers let it: moves its WAL into the file
/// (a reader in the middle of a query is in the way), leaves WAL mode (any connected reader is),
/// syncs, and gives it its final name. `path` follows the file's name. True: sealed. False: a
/// reader is in the way; try again.
Result<bool> SealSegment(std::filesystem::path& path);

/// Seals segments in the background, in their order, because fsync takes long and readers may hold
/// a segment: recording never waits for either. Sealed ones go to the keeper. Thread-safe.
class SegmentSealer {
 public:
  explicit SegmentSealer(SegmentKeeper keeper);
  /// Leaves to the next start what is not sealed.
  ~SegmentSealer();

  /// `database` is closed first, on the sealer's thread.
  void Submit(std::filesystem::path path, db::Database database);
  /// What an earlier attempt left. That it cannot be sealed is no failure of this recording: the
  /// next start tries again.
  void SubmitLeft(std::filesystem::path path);

  /// Work on files at rest that would keep a recording from starting; it may Submit what it finds.
  void Do(std::function<void()> work);

  /// Keeps by another policy soon, on the sealer's thread.
  void SetRetention(const RetentionPolicy& policy);

  /// Waits until all is sealed and kept, or only what readers still hold after `patience` is left,
  /// or what fails. Returns the first error of the latter. Nothing may be submitted afterwards.
  Status Finish(std::chrono::milliseconds patience);

  /// Sizes of the files that Submit was given, as far as they are sealed or were given up.
  uint64_t stored_bytes() const;

  /// What of Submit's segments became, and of its keeping.
  StoreProgress progress() const;

  /// All that it was given is sealed.
  bool all_sealed() const;

 private:
  using Clock = std::chrono::steady_clock;

  struct Job {
    std::filesystem::path path;
    std::optional<db::Database> database;
    std::function<void()> work;
    bool left = false;
    Clock::time_point since = Clock::now();
    std::optional<Error> error{};  // of its last try
  };

  void Add(Job job);
  bool finishing() const;
  void Run();
  /// False: it must be tried again.
  bool Try(Job& job);
  void NoteSealed(const Job& job);
  std::optional<Error> FailureLocked() const;

  SegmentKeeper keeper_;  // of the thread, and of Finish when it is idle
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool working_ = false;
  bool stopped_ = false;
  bool finishing_ = false;
  uint64_t stored_bytes_ = 0;
  std::deque<Clock::time_point> unsealed_since_;  // of Submit's
  uint64_t sealed_ = 0;
  LagHistogram seal_lag_;
  std::optional<Error> failure_;  // of the last try
  std::thread thread_;
};

}  // namespace trafrec::store
