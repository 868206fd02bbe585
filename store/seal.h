#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "base/error.h"
#include "store/db/database.h"

namespace trafrec::store {

/// Takes a complete segment one step further, as far as readers let it: moves its WAL into the file
/// (a reader in the middle of a query is in the way), leaves WAL mode (any connected reader is),
/// syncs, and gives it its final name. `path` follows the file's name. True: sealed. False: a
/// reader is in the way; try again.
Result<bool> SealSegment(std::filesystem::path& path);

/// Seals segments in the background, in their order, because fsync takes long and readers may hold
/// a segment: recording never waits for either. Thread-safe.
class SegmentSealer {
 public:
  SegmentSealer();
  /// Leaves to the next start what is not sealed.
  ~SegmentSealer();

  /// `database`, if there is one, is closed first, on the sealer's thread.
  void Submit(std::filesystem::path path, std::optional<db::Database> database);

  /// Waits until all is sealed, or only what readers still hold after `patience` is left. Returns
  /// the first error other than that.
  Status Finish(std::chrono::milliseconds patience);

  /// Sizes of the files submitted by Submit, as far as they are sealed or were given up.
  uint64_t stored_bytes() const;

 private:
  struct Job {
    std::filesystem::path path;
    std::optional<db::Database> database;
  };

  void Run();
  /// False: it must be tried again.
  bool Try(Job& job);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool working_ = false;
  bool stopped_ = false;
  std::optional<Error> error_;
  uint64_t stored_bytes_ = 0;
  std::thread thread_;
};

}  // namespace trafrec::store
