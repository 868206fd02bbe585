#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "store/files/reserve_file.h"
#include "store/files/retry_pause.h"
#include "store/format/durable_marks.h"
#include "store/writer/frame_pipeline.h"
#include "store/writer/log_writer.h"
#include "store/writer/loss_keeper.h"
#include "store/writer/seal.h"
#include "store/writer/segment_writer.h"
#include "store/writer/space_watch.h"
#include "store/writer/store_tally.h"
#include "store/writer/writer_status.h"

namespace trafrec::store {

/// The writer thread of one attempt: takes packed frames, commits them in groups, rotates segments,
/// and survives a full disk. Live, what cannot be stored is remembered as one loss interval, and
/// storing goes on when there is room. A finite job stops storing at its first error, keeps it, and
/// Finish seals what there is.
class AttemptWriter {
 public:
  AttemptWriter(const LogWriterOptions& options, const AttemptFacts& facts,
                const std::filesystem::path& attempt_directory, FramePipeline& pipeline,
                SegmentSealer& sealer, StoreTally& tally);
  /// Joins the thread; `pipeline` must be closed by then.
  ~AttemptWriter();

  /// Opens the first segment and starts the thread.
  Status Start();

  // Any thread:
  WriterStatus& status() { return status_; }
  const WriterStatus& status() const { return status_; }
  /// How hard recording must save disk space, 0 … 1.
  double space_pressure() const { return space_pressure_.load(std::memory_order_relaxed); }
  void AddTo(StoreProgress& progress) const;
  /// Ends the open segment soon, live only.
  void WantRotation() { rotation_wanted_ = true; }
  /// Live: holds from the thread's next turn on.
  void SetLimits(const LogLimits& limits);
  uint64_t turns() const { return turns_.load(std::memory_order_relaxed); }

  /// After the pipeline was closed: waits for the thread, writes the last rows, gives the segment
  /// to the sealer. Returns the error that kept records of a finite job, or the last rows, out.
  Status Finish(TimeNs ended_at);

 private:
  using Clock = std::chrono::steady_clock;

  void Run();
  void TakeNewLimits();
  void Take(const Frame& frame);
  Status WriteFrame(const Frame& frame);
  bool MustRotateBefore(const Frame& frame) const;
  void RotateIfDue();
  Clock::time_point RotationDeadline() const;
  Status CloseSegment();
  Status OpenSegment();
  bool CommitDue() const;
  void Commit();
  Status CommitRows();
  void SyncIfDue();
  void Sync();
  void Doubt(const Error& error);
  Status PutDueCounters();
  void RetryIfDue();
  /// In trouble: true if it is time to try again, and there is room to do so.
  bool MayRetry();
  Clock::time_point NextDeadline() const;
  void HandToSealer();
  /// The transaction is lost, with what it held.
  void Fail(const Error& error);
  void Lose(const FrameContent& content, TimeNs first_ns, TimeNs last_ns);
  Status WriteLastRows(TimeNs ended_at);
  Counters FinalCounters();

  const LogWriterOptions options_;
  const TimeNs started_at_;
  FramePipeline& pipeline_;
  SegmentSealer& sealer_;
  StoreTally& tally_;
  SegmentWriter segments_;
  ReserveFile reserve_;
  SpaceWatch space_;
  RetryPause retry_;
  DurableMarks durable_;
  uint32_t doubtful_segment_ = 0;  // the last of which a sync failed
  std::atomic<bool> rotation_wanted_ = false;
  std::atomic<double> space_pressure_ = 0;
  std::atomic<uint64_t> turns_ = 0;
  std::mutex new_limits_mutex_;
  std::optional<LogLimits> new_limits_;
  std::atomic<uint64_t> failed_syncs_ = 0;
  LagHistogram commit_lag_;
  LagHistogram sync_time_;
  WriterStatus status_;
  std::thread thread_;

  // Of the writer thread, and of Finish after it:
  LogLimits limits_;
  Marks marks_;
  TimeNs packets_through_ = 0;
  uint64_t taken_ = 0;
  bool dirty_ = false;  // something to commit, if only marks
  FrameContent uncommitted_;
  std::vector<Clock::time_point> uncommitted_began_at_;  // of each frame
  TimeNs uncommitted_first_ns_ = 0;
  TimeNs uncommitted_last_ns_ = 0;
  std::optional<LossRecord> lost_;  // not yet in the log
  LossKeeper losses_;               // rows of other causes that went with it
  bool in_trouble_ = false;
  Clock::time_point segment_began_;  // of the open one, once it holds a frame
  Clock::time_point last_commit_;
  Clock::time_point last_counters_;
};

}  // namespace trafrec::store
