#include "store/attempt_writer.h"

#include <algorithm>
#include <utility>

#include "store/limits.h"
#include "store/varint.h"

namespace trafrec::store {

using std::chrono::milliseconds;

AttemptWriter::AttemptWriter(const LogWriterOptions& options, const AttemptFacts& facts,
                             const std::filesystem::path& attempt_directory,
                             FramePipeline& pipeline, SegmentSealer& sealer, StoreTally& tally)
    : options_(options),
      pipeline_(pipeline),
      sealer_(sealer),
      tally_(tally),
      segments_(facts, attempt_directory, options.compression, options.compression_level,
                options.encryption),
      reserve_(attempt_directory / kReserveName) {}

AttemptWriter::~AttemptWriter() {
  if (thread_.joinable()) {
    thread_.join();
  }
}

Status AttemptWriter::Start() {
  TRY(segments_.OpenNext());
  reserve_.Hold(limits::kReserveBytes);
  summary_.segments = 1;
  last_commit_ = last_counters_ = Clock::now();
  thread_ = std::thread([this] { Run(); });
  return {};
}

void AttemptWriter::Run() {
  while (true) {
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
    if (!popped && pipeline_.closed_and_drained()) {
      break;
    }
  }
  if (dirty_ && !in_trouble_) {
    Commit();
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
  } else if (frame.entries > 0) {
    const bool first = uncommitted_.raw_bytes == 0;
    uncommitted_first_ns_ =
        first ? frame.first_ns : std::min(uncommitted_first_ns_, frame.first_ns);
    uncommitted_last_ns_ = first ? frame.last_ns : std::max(uncommitted_last_ns_, frame.last_ns);
    uncommitted_.messages += frame.content.messages;
    uncommitted_.exchanges += frame.content.exchanges;
    uncommitted_.raw_bytes += frame.content.raw_bytes;
  }
  // Only now: a rotation on the way commits the segment before, which this frame is not part of.
  marks_ = frame.marks;
  packets_through_ = std::max(packets_through_, frame.packets_through);
  taken_ = frame.sequence;
  dirty_ = true;
  if (in_trouble_) {
    PublishSettled();
  }
}

Status AttemptWriter::WriteFrame(const Frame& frame) {
  if (segments_.open() && MustRotate(frame)) {
    TRY(segments_.PutTimeRange());
    TRY(CommitRows());
    HandToSealer();
  }
  if (!segments_.open()) {
    TRY(segments_.OpenNext());
    const std::lock_guard lock(mutex_);
    ++summary_.segments;
  }
  return segments_.Write(frame);
}

bool AttemptWriter::MustRotate(const Frame& frame) const {
  const std::optional<TimeNs> began_ns = segments_.segment_began_ns();
  if (!began_ns) {
    return false;
  }
  const bool full = segments_.segment_bytes() + frame.bytes.size() > options_.segment_bytes_max;
  const int64_t age_ns = WrappedDifference(frame.last_ns, *began_ns);
  return full || age_ns / kNsPerMs > options_.segment_age_max_ms;
}

bool AttemptWriter::CommitDue() const {
  if (!dirty_ || in_trouble_) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  if (commit_wanted_ > settled_ && commit_wanted_ <= taken_) {
    return true;
  }
  return options_.live ? Clock::now() - last_commit_ >= milliseconds(options_.commit_interval_ms)
                       : segments_.uncommitted_bytes() >= limits::kFiniteBatchBytes;
}

void AttemptWriter::Commit() {
  if (const Status committed = CommitRows(); !committed) {
    Fail(committed.error());
    PublishSettled();
  }
}

Status AttemptWriter::CommitRows() {
  if (lost_) {
    TRY(segments_.WriteLosses({&*lost_, 1}));
  }
  TRY(PutDueCounters());
  TRY(segments_.Commit(marks_, packets_through_));
  lost_.reset();
  if (std::exchange(in_trouble_, false)) {
    reserve_.Hold(limits::kReserveBytes);
  }
  tally_.AddFate(StoreTally::Fate::kStored, uncommitted_);
  uncommitted_ = {};
  dirty_ = false;
  last_commit_ = Clock::now();
  const std::lock_guard lock(mutex_);
  trouble_.reset();
  written_ = marks_;
  settled_ = taken_;
  summary_.exchanges = segments_.exchanges();
  summary_.messages = tally_.stored_messages();
  summary_.frames = segments_.frames();
  summary_.raw_bytes = tally_.stored_raw_bytes();
  summary_.stored_bytes = sealer_.stored_bytes() + segments_.segment_bytes();
  settled_changed_.notify_all();
  return {};
}

Status AttemptWriter::PutDueCounters() {
  // The counters of a finite job depend on when the threads looked, so they are stored once, at
  // the end.
  if (!options_.live || Clock::now() - last_counters_ < milliseconds(limits::kCountersIntervalMs)) {
    return {};
  }
  Counters counters;
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(counters_changed_, false)) {
      return {};
    }
    counters = counters_;
  }
  last_counters_ = Clock::now();
  return segments_.PutCounters(counters);
}

void AttemptWriter::RetryIfDue() {
  if (!in_trouble_ || !MayRetry()) {
    return;
  }
  Status stored;
  if (!segments_.open()) {
    stored = segments_.OpenNext();
  }
  if (stored) {
    stored = CommitRows();
  }
  if (!stored) {
    Fail(stored.error());
  }
}

bool AttemptWriter::MayRetry() {
  if (!options_.live || Clock::now() < retry_at_) {
    return false;
  }
  const bool room = reserve_.Hold(limits::kResumeBytes);
  reserve_.Release();
  if (!room) {
    PostponeRetry();
  }
  return room;
}

void AttemptWriter::PostponeRetry() {
  retry_pause_ = std::min(2 * retry_pause_, milliseconds(limits::kRetryLongestMs));
  retry_at_ = Clock::now() + retry_pause_;
}

AttemptWriter::Clock::time_point AttemptWriter::NextDeadline() const {
  if (in_trouble_ && options_.live) {
    return retry_at_;
  }
  if (dirty_ && options_.live) {
    return last_commit_ + milliseconds(options_.commit_interval_ms);
  }
  return Clock::now() + std::chrono::hours(1);
}

void AttemptWriter::HandToSealer() {
  auto [database, path] = segments_.TakeSegment();
  sealer_.Submit(std::move(path), std::move(database));
}

void AttemptWriter::Fail(const Error& error) {
  segments_.Rollback();
  if (uncommitted_.raw_bytes > 0) {
    Lose(std::exchange(uncommitted_, {}), uncommitted_first_ns_, uncommitted_last_ns_);
  }
  reserve_.Release();
  if (!std::exchange(in_trouble_, true)) {
    retry_pause_ = milliseconds(limits::kRetryFirstMs) / 2;
  }
  PostponeRetry();
  const std::lock_guard lock(mutex_);
  // A finite job reports what stopped it, not what came of it.
  if (options_.live || !trouble_) {
    trouble_ = error;
    if (error.code == ErrorCode::kNoSpace) {
      trouble_->remedy = options_.live ? "free some space; recording goes on by itself then"
                                       : "free some space and record again";
    }
  }
}

void AttemptWriter::Lose(const FrameContent& content, TimeNs first_ns, TimeNs last_ns) {
  tally_.AddFate(StoreTally::Fate::kShedByDisk, content);
  if (!lost_) {
    lost_ = LossRecord{};
    lost_->cause = LossCause::kDiskFull;
    lost_->from = first_ns;
    lost_->until = last_ns;
    lost_->exact = true;
  }
  lost_->from = std::min(lost_->from, first_ns);
  lost_->until = std::max(lost_->until, last_ns);
  lost_->bytes += content.raw_bytes;
}

void AttemptWriter::PublishSettled() {
  const std::lock_guard lock(mutex_);
  settled_ = taken_;
  settled_changed_.notify_all();
}

Status AttemptWriter::Finish(TimeNs ended_at) {
  thread_.join();
  reserve_.Release();
  const std::optional<Error> kept = options_.live ? std::nullopt : trouble();
  const Status last = WriteLastRows(ended_at);
  if (!last) {
    segments_.Rollback();
  }
  reserve_.Release();
  if (segments_.open()) {
    HandToSealer();
  }
  if (kept) {
    return std::unexpected(*kept);
  }
  return last;
}

Status AttemptWriter::WriteLastRows(TimeNs ended_at) {
  if (!segments_.open()) {
    TRY(segments_.OpenNext());
    const std::lock_guard lock(mutex_);
    ++summary_.segments;
  }
  if (const auto failure = trouble(); failure && !options_.live) {
    TRY(segments_.PutAttemptFact("error", failure->what));
  }
  if (lost_) {
    TRY(segments_.WriteLosses({&*lost_, 1}));
    lost_.reset();
  }
  LossRecord stop;
  stop.cause = LossCause::kStop;
  stop.from = stop.until = ended_at;
  stop.exact = true;
  TRY(segments_.WriteLosses({&stop, 1}));
  TRY(segments_.PutAttemptFact("ended_ns", WallClockNow()));
  TRY(segments_.PutTimeRange());
  TRY(segments_.PutCounters(FinalCounters()));
  return CommitRows();
}

Counters AttemptWriter::FinalCounters() {
  Counters counters;
  {
    const std::lock_guard lock(mutex_);
    counters = counters_;
  }
  // The caller's copy of our own counters was taken while frames were still on their way.
  for (const Counter& own : tally_.ToCounters()) {
    const auto known = std::ranges::find(counters, own.name, &Counter::name);
    if (known == counters.end()) {
      counters.push_back(own);
    } else {
      *known = own;
    }
  }
  return counters;
}

Marks AttemptWriter::written() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

std::optional<Error> AttemptWriter::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

LogWriterSummary AttemptWriter::summary() const {
  const std::lock_guard lock(mutex_);
  return summary_;
}

void AttemptWriter::SetCounters(Counters counters) {
  const std::lock_guard lock(mutex_);
  counters_ = std::move(counters);
  counters_changed_ = true;
}

void AttemptWriter::WantCommit(uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  commit_wanted_ = sequence;
}

void AttemptWriter::WaitSettled(uint64_t sequence) {
  std::unique_lock lock(mutex_);
  settled_changed_.wait(lock, [&] { return settled_ >= sequence; });
}

}  // namespace trafrec::store
