#include "store/writer/seal.h"

#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/parallel.h"
#include "store/files/file_calls.h"
#include "store/files/files.h"
#include "store/files/log_layout.h"
#include "store/limits.h"

// Sealing an open segment.
//
// The file must end in one piece under its final name, whatever readers do. SQLite refuses to leave
// WAL mode while anybody else is connected, even idle. So there are three states. `.open` may have
// content in its WAL. `.sealing` has none: the WAL was moved into the file and emptied, nothing is
// written any more, and so the file may be renamed although readers have it open: they keep their
// inodes, and whoever opens the new name finds everything in the one file. `.sqlite` has left WAL
// mode and never changes again.
//
// Rejected: renaming file, WAL and shared memory while the WAL has content. Between two renames a
// new reader would see an old state of the file.

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

fs::path WithState(const fs::path& path, SegmentState state) {
  const auto number = static_cast<uint32_t>(std::stoul(path.stem().string()));
  return path.parent_path() / SegmentFileName(number, state);
}

Status RemoveCompanions(const fs::path& path) {
  TRY(RemoveFile(path.string() + "-wal"));
  return RemoveFile(path.string() + "-shm");
}

Status Rename(fs::path& path, SegmentState state) {
  const fs::path renamed = WithState(path, state);
  if (renamed != path) {
    if (Files().Rename(path.c_str(), renamed.c_str()) != 0) {
      return FailErrno(errno, "cannot rename " + path.string() + " to " + renamed.string());
    }
    const fs::path before = std::exchange(path, renamed);
    TRY(RemoveCompanions(before));
  }
  return SyncDirectory(path.parent_path());
}

enum class WalState : uint8_t { kInUse, kEmpty, kGone };

Result<WalState> LeaveWal(const fs::path& path) {
  TRY_ASSIGN(db::Database database, db::Database::Open(path, db::OpenMode::kReadWrite));
  TRY_ASSIGN(const std::string mode, database.QueryText("PRAGMA journal_mode"));
  if (mode != "wal") {
    return WalState::kGone;
  }
  TRY_ASSIGN(const bool emptied, database.CheckpointAll());
  if (!emptied) {
    return WalState::kInUse;
  }
  TRY_ASSIGN(const bool left, database.LeaveWal());
  return left ? WalState::kGone : WalState::kEmpty;
}

}  // namespace

Result<bool> SealSegment(fs::path& path) {
  const Result<WalState> wal = LeaveWal(path);
  if (!wal) {
    if (wal.error().code == ErrorCode::kInUse) {
      return false;
    }
    return std::unexpected(wal.error());
  }
  switch (*wal) {
    case WalState::kInUse:
      return false;
    case WalState::kEmpty:
      if (path != WithState(path, SegmentState::kSealing)) {
        TRY(SyncFile(path));
        TRY(Rename(path, SegmentState::kSealing));
      }
      return false;
    case WalState::kGone:
      break;
  }
  // SQLite may say so though the disk was too full to write it down.
  if (IsInWalMode(path)) {
    return Fail(ErrorCode::kIo, "cannot leave WAL mode: " + path.string());
  }
  TRY(SyncFile(path));
  TRY(RemoveCompanions(path));
  TRY(Rename(path, SegmentState::kSealed));
  return true;
}

SegmentSealer::SegmentSealer(SegmentKeeper keeper)
    : keeper_(std::move(keeper)), thread_([this] { Run(); }) {}

SegmentSealer::~SegmentSealer() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SegmentSealer::Submit(fs::path path, db::Database database) {
  Job job{.path = std::move(path), .database = std::move(database), .work = {}};
  {
    const std::lock_guard lock(mutex_);
    unsealed_since_.push_back(job.since);
  }
  Add(std::move(job));
}

void SegmentSealer::SubmitLeft(fs::path path) {
  Add({.path = std::move(path), .database = {}, .work = {}, .left = true});
}

void SegmentSealer::Do(std::function<void()> work) {
  Add({.path = {}, .database = {}, .work = std::move(work)});
}

void SegmentSealer::SetRetention(const RetentionPolicy& policy) {
  Do([this, policy] { keeper_.SetPolicy(policy); });
}

void SegmentSealer::Add(Job job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  changed_.notify_all();
}

Status SegmentSealer::Finish(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::unique_lock lock(mutex_);
  finishing_ = true;
  const auto done = [&] {
    return !working_ &&
           std::ranges::all_of(jobs_, [](const Job& job) { return job.error.has_value(); });
  };
  // A first try of every job is always waited for; patience is for readers.
  changed_.wait(
      lock, [&] { return done() || (!working_ && std::chrono::steady_clock::now() >= deadline); });
  std::optional<Error> failure_of_one;
  for (const Job& job : jobs_) {
    failure_of_one = failure_of_one ? failure_of_one : job.error;
    std::error_code failure;
    const uint64_t bytes = job.left ? 0 : fs::file_size(job.path, failure);
    stored_bytes_ += failure ? 0 : bytes;
  }
  jobs_.clear();
  return failure_of_one ? std::unexpected(*failure_of_one) : keeper_.status();
}

uint64_t SegmentSealer::stored_bytes() const {
  const std::lock_guard lock(mutex_);
  return stored_bytes_;
}

bool SegmentSealer::all_sealed() const {
  const std::lock_guard lock(mutex_);
  return jobs_.empty() && !working_;
}

bool SegmentSealer::finishing() const {
  const std::lock_guard lock(mutex_);
  return finishing_;
}

bool SegmentSealer::Try(Job& job) {
  if (job.work) {
    job.work();
    return true;
  }
  job.database.reset();
  const Result<bool> sealed = SealSegment(job.path);
  job.error = sealed || job.left ? std::nullopt : std::optional(sealed.error());
  if (job.error && job.error->code == ErrorCode::kNoSpace) {
    job.error->what = "cannot seal " + job.path.string() +
                      ": the disk is full; what was stored is in it, and can be read";
    job.error->remedy = "free some space; the next recording into the log seals it, or commit does";
  }
  if (job.error || (sealed && !*sealed)) {
    return false;
  }
  if (sealed) {
    // While the recording goes on the other cores have other work.
    keeper_.TakeSealed(job.path, finishing() ? CoreCount() : 1, !job.left);
  }
  if (job.left) {
    return true;
  }
  NoteSealed(job);
  return true;
}

void SegmentSealer::NoteSealed(const Job& job) {
  std::error_code failure;
  const uint64_t bytes = fs::file_size(job.path, failure);
  const std::lock_guard lock(mutex_);
  stored_bytes_ += failure ? 0 : bytes;
  ++sealed_;
  std::erase(unsealed_since_, job.since);
  seal_lag_.Add(std::chrono::nanoseconds(Clock::now() - job.since).count());
}

StoreProgress SegmentSealer::progress() const {
  StoreProgress progress;
  const std::lock_guard lock(mutex_);
  progress.seal_lag = seal_lag_.counts();
  progress.sealed_segments = sealed_;
  progress.unsealed_segments = unsealed_since_.size();
  if (!unsealed_since_.empty()) {
    progress.oldest_unsealed_ns =
        std::chrono::nanoseconds(Clock::now() - unsealed_since_.front()).count();
  }
  progress.keeping_failure = failure_;
  return progress;
}

/// On the thread: of what stays to be done, or else of the keeper.
std::optional<Error> SegmentSealer::FailureLocked() const {
  for (const Job& job : jobs_) {
    if (job.error) {
      return job.error;
    }
  }
  const Status kept = keeper_.status();
  return kept ? std::nullopt : std::optional(kept.error());
}

void SegmentSealer::Run() {
  pthread_setname_np(pthread_self(), "sealer");
  constexpr std::chrono::milliseconds kTidyInterval(limits::kTidyIntervalMs);
  std::unique_lock lock(mutex_);
  std::deque<Job> held;  // by readers
  Clock::time_point tidy_at = Clock::now() + kTidyInterval;
  while (true) {
    changed_.wait_until(lock, tidy_at, [&] { return stopped_ || !jobs_.empty(); });
    if (stopped_) {
      return;
    }
    if (Clock::now() >= tidy_at) {
      working_ = true;
      lock.unlock();
      keeper_.Tidy();
      lock.lock();
      tidy_at = Clock::now() + kTidyInterval;
    }
    while (!jobs_.empty() && !stopped_) {
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      working_ = true;
      lock.unlock();
      const bool done = Try(job);
      lock.lock();
      if (!done) {
        held.push_back(std::move(job));
      }
    }
    working_ = false;
    jobs_ = std::exchange(held, {});
    failure_ = FailureLocked();
    changed_.notify_all();
    if (!jobs_.empty()) {
      changed_.wait_for(lock, std::chrono::milliseconds(limits::kSealRetryMs),
                        [&] { return stopped_; });
    }
  }
}

}  // namespace trafrec::store
