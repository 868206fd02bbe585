#include "store/writer/attempt_writer.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "store/format/varint.h"
#include "store/limits.h"

namespace trafrec::store {

using std::chrono::milliseconds;

AttemptWriter::AttemptWriter(const LogWriterOptions& options, const AttemptFacts& facts,
                             const std::filesystem::path& attempt_directory,
                             FramePipeline& pipeline, SegmentSealer& sealer, StoreTally& tally)
    : options_(options),
      started_at_(facts.started_at),
      pipeline_(pipeline),
      sealer_(sealer),
      tally_(tally),
      segments_(facts, attempt_directory, options.compression, options.compression_level,
                options.encryption),
      reserve_(attempt_directory / kReserveName),
      space_(attempt_directory, options.live, options.free_bytes_min),
      retry_(milliseconds(options.retry_pause_ms), milliseconds(limits::kRetryLongestMs)),
      durable_(milliseconds(options.durability == Durability::kFull ? 0 : limits::kSyncIntervalMs)),
      limits_(options) {}

AttemptWriter::~AttemptWriter() {
  if (thread_.joinable()) {
    thread_.join();
  }
}

void AttemptWriter::AddTo(StoreProgress& progress) const {
  progress.commit_lag = commit_lag_.counts();
  progress.sync_time = sync_time_.counts();
  progress.failed_syncs = failed_syncs_.load(std::memory_order_relaxed);
  progress.reserve_bytes = reserve_.held_bytes();
  progress.disk = space_.last();
}

Status AttemptWriter::Start() {
  TRY(reserve_.Hold(limits::kReserveBytes));
  TRY(OpenSegment());
  if (options_.live) {
    TRY(segments_.Sync());
  }
  last_commit_ = last_counters_ = Clock::now();
  thread_ = std::thread([this] { Run(); });
  return {};
}

void AttemptWriter::Run() {
  pthread_setname_np(pthread_self(), "log writer");
  while (true) {
    turns_.fetch_add(1, std::memory_order_relaxed);
    TakeNewLimits();
    std::unique_ptr<Frame> frame = pipeline_.Pop(NextDeadline());
    const bool popped = frame != nullptr;
    if (popped) {
      Take(*frame);
      pipeline_.Recycle(std::move(frame));
    }
    if (CommitDue()) {
      Commit();
    } else {
      RetryIfDue();
    }
    SyncIfDue();
    RotateIfDue();
    space_pressure_.store(space_.Pressure(), std::memory_order_relaxed);
    if (!popped && pipeline_.closed_and_drained()) {
      break;
    }
  }
  if (dirty_ && !in_trouble_) {
    Commit();
  }
}

void AttemptWriter::SetLimits(const LogLimits& limits) {
  const std::lock_guard lock(new_limits_mutex_);
  new_limits_ = limits;
}

void AttemptWriter::TakeNewLimits() {
  const std::lock_guard lock(new_limits_mutex_);
  if (new_limits_) {
    limits_ = *std::exchange(new_limits_, std::nullopt);
    space_.SetMark(limits_.free_bytes_min);
  }
}

void AttemptWriter::Take(const Frame& frame) {
  const bool waiting = in_trouble_ && !MayRetry();
  Status stored;
  if (frame.entries > 0 && !waiting) {
    stored = WriteFrame(frame);
  }
  if (!stored) {
    Fail(stored.error());
  }
  if (frame.entries > 0 && (waiting || !stored)) {
    Lose(frame.content, frame.first_ns, frame.last_ns);
    losses_.Keep(frame.rows.losses);
  } else if (frame.entries > 0) {
    const bool first = uncommitted_.raw_bytes == 0;
    uncommitted_first_ns_ =
        first ? frame.first_ns : std::min(uncommitted_first_ns_, frame.first_ns);
    uncommitted_last_ns_ = first ? frame.last_ns : std::max(uncommitted_last_ns_, frame.last_ns);
    uncommitted_.messages += frame.content.messages;
    uncommitted_.exchanges += frame.content.exchanges;
    uncommitted_.raw_bytes += frame.content.raw_bytes;
    uncommitted_began_at_.push_back(frame.began_at);
    losses_.OnWritten(frame.rows.losses);
  }
  // Only now: a rotation on the way commits the segment before, which this frame is not part of.
  marks_ = frame.marks;
  packets_through_ = std::max(packets_through_, frame.packets_through);
  taken_ = frame.sequence;
  dirty_ = true;
  if (in_trouble_) {
    status_.Settle(taken_);
  }
}

Status AttemptWriter::WriteFrame(const Frame& frame) {
  if (segments_.open() && MustRotateBefore(frame)) {
    TRY(CloseSegment());
  }
  if (!segments_.open()) {
    TRY(OpenSegment());
  }
  if (!segments_.segment_began_ns()) {
    segment_began_ = Clock::now();
  }
  return segments_.Write(frame);
}

/// Live, age is RotateIfDue's, which asks a clock that does not jump.
bool AttemptWriter::MustRotateBefore(const Frame& frame) const {
  const std::optional<TimeNs> began_ns = segments_.segment_began_ns();
  if (!began_ns) {
    return false;
  }
  const bool full = segments_.segment_bytes() + frame.bytes.size() > limits_.segment_bytes_max;
  const int64_t age_ns = options_.live ? 0 : WrappedDifference(frame.last_ns, *began_ns);
  return full || age_ns / kNsPerMs > limits_.segment_age_max_ms;
}

/// The wire may be silent, so this waits for no frame.
void AttemptWriter::RotateIfDue() {
  if (!options_.live || in_trouble_ || !segments_.open() || !segments_.segment_began_ns()) {
    return;
  }
  if (!rotation_wanted_.exchange(false) && Clock::now() < RotationDeadline()) {
    return;
  }
  Status rotated = CloseSegment();
  if (rotated) {
    rotated = OpenSegment();
  }
  if (!rotated) {
    Fail(rotated.error());
    status_.Settle(taken_);
  }
}

AttemptWriter::Clock::time_point AttemptWriter::RotationDeadline() const {
  return segment_began_ + milliseconds(limits_.segment_age_max_ms);
}

Status AttemptWriter::CloseSegment() {
  TRY(segments_.PutTimeRange());
  TRY(CommitRows());
  // What follows in the next segment must not survive a power loss that takes this one's end.
  Sync();
  HandToSealer();
  return {};
}

Status AttemptWriter::OpenSegment() {
  if (std::optional<std::string> source = status_.TakeNewSource()) {
    segments_.SetSource(*std::move(source));
  }
  TRY(segments_.OpenNext());
  status_.CountSegment();
  return {};
}

bool AttemptWriter::CommitDue() const {
  if (!dirty_ || in_trouble_) {
    return false;
  }
  if (status_.commit_wanted(taken_)) {
    return true;
  }
  return options_.live ? Clock::now() - last_commit_ >= milliseconds(options_.commit_interval_ms)
                       : segments_.uncommitted_bytes() >= limits::kFiniteBatchBytes;
}

void AttemptWriter::Commit() {
  if (const Status committed = CommitRows(); !committed) {
    Fail(committed.error());
    status_.Settle(taken_);
  }
}

Status AttemptWriter::CommitRows() {
  if (lost_) {
    TRY(segments_.WriteLosses({&*lost_, 1}));
  }
  TRY(segments_.WriteLosses(losses_.kept()));
  TRY(PutDueCounters());
  TRY(segments_.Commit(marks_, options_.live ? std::optional(durable_.marks()) : std::nullopt,
                       packets_through_));
  durable_.OnCommit(marks_);
  lost_.reset();
  losses_.OnCommitted();
  if (std::exchange(in_trouble_, false)) {
    // A second full disk without a reserve only stores less.
    static_cast<void>(reserve_.Hold(limits::kReserveBytes));
  }
  tally_.AddFate(StoreTally::Fate::kStored, uncommitted_);
  uncommitted_ = {};
  dirty_ = false;
  last_commit_ = Clock::now();
  for (const Clock::time_point began_at : uncommitted_began_at_) {
    commit_lag_.Add(std::chrono::nanoseconds(last_commit_ - began_at).count());
  }
  uncommitted_began_at_.clear();
  status_.OnCommit(marks_, {.exchanges = segments_.exchanges(),
                            .messages = tally_.stored_messages(),
                            .frames = segments_.frames(),
                            .raw_bytes = tally_.stored_raw_bytes(),
                            .stored_bytes = sealer_.stored_bytes() + segments_.segment_bytes()});
  status_.Settle(taken_);
  return {};
}

void AttemptWriter::SyncIfDue() {
  if (!options_.live || !segments_.open() || in_trouble_) {
    return;
  }
  if (const Status moved = segments_.CheckpointIfDue(); !moved) {
    Doubt(moved.error());
  }
  if (durable_.due(Clock::now())) {
    Sync();
  }
}

void AttemptWriter::Sync() {
  if (!options_.live || !durable_.unsynced()) {
    return;
  }
  const Clock::time_point began_at = Clock::now();
  if (const Status synced = segments_.Sync(); !synced) {
    Doubt(synced.error());
  }
  sync_time_.Add(std::chrono::nanoseconds(Clock::now() - began_at).count());
  if (durable_.stuck() && segments_.segments() > doubtful_segment_ && sealer_.all_sealed()) {
    durable_.OnAllSealed();
  }
  durable_.OnSync(Clock::now());
  status_.OnSync(durable_.marks());
}

/// What is stored in the open segment may be gone after a power loss, until it is sealed.
void AttemptWriter::Doubt(const Error& error) {
  rotation_wanted_ = rotation_wanted_ || !durable_.stuck();
  durable_.OnDoubt();
  failed_syncs_.fetch_add(1, std::memory_order_relaxed);
  doubtful_segment_ = segments_.segments();
  status_.NoteUnsynced(
      {error.code, error.what,
       "what was recorded since may not survive a power loss: look after the disk"});
}

Status AttemptWriter::PutDueCounters() {
  // The counters of a finite job depend on when the threads looked, so they are stored once, at
  // the end.
  if (!options_.live || Clock::now() - last_counters_ < milliseconds(limits::kCountersIntervalMs)) {
    return {};
  }
  const std::optional<Counters> counters = status_.TakeNewCounters();
  if (!counters) {
    return {};
  }
  last_counters_ = Clock::now();
  return segments_.PutCounters(*counters);
}

void AttemptWriter::RetryIfDue() {
  if (!in_trouble_ || !MayRetry()) {
    return;
  }
  Status stored;
  if (!segments_.open()) {
    stored = OpenSegment();
  }
  if (stored) {
    stored = CommitRows();
  }
  if (!stored) {
    Fail(stored.error());
  }
}

bool AttemptWriter::MayRetry() {
  if (!options_.live || Clock::now() < retry_.deadline()) {
    return false;
  }
  const bool room = reserve_.Hold(limits::kResumeBytes).has_value();
  reserve_.Release();
  if (!room) {
    retry_.OnFailure();
  }
  return room;
}

AttemptWriter::Clock::time_point AttemptWriter::NextDeadline() const {
  auto deadline = Clock::now() + std::chrono::hours(1);
  if (!options_.live) {
    return deadline;
  }
  if (in_trouble_) {
    return retry_.deadline();
  }
  if (dirty_) {
    deadline = std::min(deadline, last_commit_ + milliseconds(options_.commit_interval_ms));
  }
  if (durable_.unsynced()) {
    deadline = std::min(deadline, durable_.deadline());
  }
  return segments_.segment_began_ns() ? std::min(deadline, RotationDeadline()) : deadline;
}

void AttemptWriter::HandToSealer() {
  auto [database, path] = segments_.TakeSegment();
  sealer_.Submit(std::move(path), std::move(database));
}

void AttemptWriter::Fail(const Error& error) {
  segments_.Rollback();
  losses_.OnRolledBack();
  uncommitted_began_at_.clear();
  if (uncommitted_.raw_bytes > 0) {
    Lose(std::exchange(uncommitted_, {}), uncommitted_first_ns_, uncommitted_last_ns_);
  }
  reserve_.Release();
  if (std::exchange(in_trouble_, true)) {
    retry_.OnFailure();
  } else {
    retry_.OnFirstFailure();
  }
  // A finite job reports what stopped it, not what came of it.
  if (options_.live || !status_.trouble()) {
    Error trouble = error;
    if (error.code == ErrorCode::kNoSpace) {
      // Not the segment: sealing gives it another name before anybody can look for it.
      trouble.what = "cannot store into " + options_.log.string() + ": the disk is full";
      trouble.remedy = options_.live ? "free some space; recording goes on by itself then"
                                     : "free some space and record again";
    }
    status_.NoteTrouble(trouble);
  }
}

void AttemptWriter::Lose(const FrameContent& content, TimeNs first_ns, TimeNs last_ns) {
  tally_.AddFate(StoreTally::Fate::kShedByDisk, content);
  if (!lost_) {
    lost_ = LossRecord{};
    lost_->cause = LossCause::kDiskFull;
    lost_->from = first_ns;
    lost_->exact = true;
  }
  lost_->from = std::min(lost_->from, first_ns);
  lost_->until = std::max(lost_->until, last_ns);
  lost_->bytes += content.raw_bytes;
}

}  // namespace trafrec::store
