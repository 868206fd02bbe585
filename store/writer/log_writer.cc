#include "store/writer/log_writer.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "base/check.h"
#include "store/files/files.h"
#include "store/files/log_layout.h"
#include "store/files/recorder_lock.h"
#include "store/files/reserve_file.h"
#include "store/limits.h"
#include "store/writer/attempt_writer.h"
#include "store/writer/frame_builder.h"
#include "store/writer/recovery.h"
#include "store/writer/shed_messages.h"

namespace trafrec::store {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// An entry's facts, without its lists; for the decision whether a record still fits.
constexpr size_t kFactsRoom = 512;

size_t QueueBytes(const LogWriterOptions& options) {
  return options.live ? options.queue_bytes_max
                      : std::min(options.queue_bytes_max, limits::kFiniteQueueBytes);
}

/// The reassembly thread's side: builds frames, decides when one is cut, and sheds when live and
/// the way to the disk is full.
class FrameLogWriter final : public LogWriter {
 public:
  FrameLogWriter(const LogWriterOptions& options, RecorderLock lock, const AttemptFacts& facts,
                 const std::filesystem::path& directory)
      : options_(options),
        lock_(std::move(lock)),
        sealer_(
            SegmentKeeper(options.log / options.recorder, options.retention, options.signing_key)),
        pipeline_(options.compression, options.compression_level, options.compression_threads,
                  QueueBytes(options)),
        writer_(options, facts, directory, pipeline_, sealer_, tally_),
        builder_(pipeline_.NewFrame()) {}

  ~FrameLogWriter() override { pipeline_.Close(); }

  Status Start(TimeNs now) {
    TRY(writer_.Start());
    if (options_.live) {
      EnsureStarted(now);
      Cut();
    }
    return {};
  }

  /// Only now that the new attempt is on the disk: should it die before, its own time must lie in
  /// the crash row of the one before it.
  void Recover(const std::vector<uint32_t>& attempts, TimeNs now) {
    RecoverAttempts(options_.log / options_.recorder, attempts, now, sealer_);
  }

  void PutConnection(const ConnectionRecord& connection) override {
    EnsureStarted(connection.opened_at);
    if (MakeRoom(kFactsRoom)) {
      builder_.Connection(connection);
    } else {
      CountShed({}, std::max(connection.opened_at, connection.closed_at));
    }
  }

  void PutExtent(MessageId id, uint32_t index, Bytes bytes) override {
    EnsureStarted(packet_now_);
    if (shed_.Contains(id) || !MakeRoom(bytes.size() + kFactsRoom)) {
      shed_.ShedExtent(id, index, bytes.size());
      CountShed({0, 0, bytes.size()}, packet_now_);
      return;
    }
    builder_.Extent(id, index, bytes, packet_now_);
  }

  void PutMessage(const MessageRecord& message) override {
    EnsureStarted(message.facts.first_byte_at);
    const size_t size = message.head.size() + message.body_rest.size() + message.trailers.size();
    const TimeNs at = std::max(message.facts.first_byte_at, message.facts.last_byte_at);
    if (!MakeRoom(size + kFactsRoom)) {
      shed_.ShedMessage(message.id);
      CountShed({1, 0, size}, at);
      return;
    }
    if (!shed_.Contains(message.id)) {
      builder_.Message(message);
      return;
    }
    MessageRecord stored = message;
    stored.facts = shed_.Corrected(message.id, message.facts, message.body_rest.size());
    stored.extents = shed_.StoredExtents(message.id, message.extents);
    stored.body_rest = {};
    CountShed({0, 0, message.body_rest.size()}, at);
    builder_.Message(stored);
  }

  void PutMessageFacts(MessageId id, const MessageFacts& facts, Bytes trailers,
                       uint32_t extents) override {
    const size_t size = trailers.size() + facts.gaps.size() * sizeof(MessageGap) + kFactsRoom;
    if (shed_.IsGone(id)) {
      return;
    }
    if (!MakeRoom(size)) {
      // The facts that are stored say that the message was still coming in, so it stays flagged.
      CountShed({0, 0, trailers.size()}, facts.last_byte_at);
      return;
    }
    if (shed_.Contains(id)) {
      builder_.Facts(id, shed_.Corrected(id, facts, 0), trailers, shed_.StoredExtents(id, extents));
    } else {
      builder_.Facts(id, facts, trailers, extents);
    }
  }

  void PutExchange(const ExchangeRecord& exchange) override {
    EnsureStarted(exchange.began_at);
    std::optional<ResultLink> link = std::exchange(link_, std::nullopt);
    CHECK(!link || link->exchange == exchange.number);
    const size_t size = exchange.target.size() + exchange.host.size() + (link ? 2 : 1) * kFactsRoom;
    if (!MakeRoom(size)) {
      const bool settled = !HasFlag(exchange.flags, Flag::kOpen);
      CountShed({0, settled ? 1U : 0U, 0}, exchange.began_at);
      if (settled) {
        shed_.Forget(exchange.number);
      }
      return;
    }
    if (link) {
      builder_.Link(*std::move(link), exchange.began_at);
    }
    if (shed_.empty()) {
      builder_.Exchange(exchange);
    } else {
      builder_.Exchange(shed_.Corrected(exchange));
    }
  }

  void PutLoss(const LossRecord& loss) override {
    EnsureStarted(loss.from);
    if (MakeRoom(kFactsRoom)) {
      builder_.Loss(loss);
    } else {
      CountShed({}, loss.from);
      CountShed({}, loss.until);
    }
  }

  void PutSentinel(const SentinelRecord& sentinel) override {
    if (MakeRoom(kFactsRoom)) {
      builder_.Sentinel(sentinel);
    } else {
      CountShed({}, sentinel.at);
    }
  }

  void PutResultLink(const ResultLink& link) override { link_ = link; }

  void Advance(const Marks& marks, TimeNs packet_now) override {
    EnsureStarted(packet_now);
    marks_ = marks;
    packet_now_ = std::max(packet_now_, packet_now);
    if (!watermark_at_) {
      watermark_at_ = packet_now_;
    } else if (packet_now_ - *watermark_at_ >= limits::kWatermarkIntervalNs) {
      PutWatermark();
    }
    if (options_.live && IsCutDue()) {
      Cut();
    }
  }

  void Drain() override {
    const uint64_t sequence = sequence_ + 1;
    writer_.status().WantCommit(sequence);
    pipeline_.Push(TakeFrame());
    writer_.status().WaitSettled(sequence);
  }

  void SetCounters(Counters counters) override {
    writer_.status().SetCounters(std::move(counters));
  }
  double pressure() const override { return std::max(pipeline_.fill(), writer_.space_pressure()); }
  bool saving_space() const override { return writer_.space_pressure() > 0; }
  std::optional<Error> trouble() const override { return writer_.status().trouble(); }
  std::optional<Error> past_trouble() const override { return writer_.status().past_trouble(); }
  Marks written() const override { return writer_.status().written(); }
  Marks durable() const override { return writer_.status().durable(); }
  std::optional<Error> unsynced() const override { return writer_.status().unsynced(); }
  void Rotate() override { writer_.WantRotation(); }
  void SetLimits(const LogLimits& limits) override {
    writer_.SetLimits(limits);
    sealer_.SetRetention(limits.retention);
  }
  uint64_t turns() const override { return writer_.turns(); }
  void SetSource(std::string source) override {
    writer_.status().SetSource(std::move(source));
    writer_.WantRotation();
  }
  LogWriterSummary summary() const override { return writer_.status().summary(); }
  StoreProgress progress() const override {
    StoreProgress progress = sealer_.progress();
    writer_.AddTo(progress);
    progress.queue_fill = pipeline_.fill();
    return progress;
  }
  Counters counters() const override { return tally_.ToCounters(); }

  Result<LogWriterSummary> Close(TimeNs ended_at) override {
    CHECK(!closed_);
    closed_ = true;
    EnsureStarted(ended_at);
    if (load_loss_) {
      builder_.Loss(*std::exchange(load_loss_, std::nullopt));
    }
    if (watermark_at_) {
      PutWatermark();
    }
    pipeline_.Push(TakeFrame());
    pipeline_.Close();
    const Status finished = writer_.Finish(std::max(ended_at, packet_now_));
    const Status sealed = sealer_.Finish(milliseconds(limits::kSealPatienceMs));
    TRY(finished);
    TRY(sealed);
    LogWriterSummary summary = writer_.status().summary();
    summary.stored_bytes = sealer_.stored_bytes();
    return summary;
  }

 private:
  /// A file's recording starts with its first packet, so that two runs are equal; a live one when
  /// the log is opened.
  void EnsureStarted(TimeNs at) {
    if (started_) {
      return;
    }
    started_ = true;
    if (!options_.live) {
      packet_now_ = std::max(packet_now_, at);
    }
    LossRecord start;
    start.cause = LossCause::kStart;
    start.from = start.until = at;
    start.exact = true;
    builder_.Loss(start);
  }

  /// The marks' history is worth little beside records: it is left out while there is no room.
  void PutWatermark() {
    watermark_at_ = packet_now_;
    if (MakeRoom(kFactsRoom)) {
      builder_.Watermark({packet_now_, marks_.requests_through, marks_.answers_through,
                          marks_.requests_hold, marks_.answers_hold});
    }
  }

  /// False if a record of `size` bytes must be shed.
  bool MakeRoom(size_t size) {
    const size_t raw = builder_.raw_bytes();
    if (raw >= limits::kFrameCutBytes || (raw > 0 && raw + size > limits::kFrameFullBytes)) {
      if (!Cut() && raw + size > limits::kFrameFullBytes) {
        return false;
      }
    }
    if (builder_.empty()) {
      opened_packet_ns_ = packet_now_;
      opened_at_ = Clock::now();
    }
    if (load_loss_) {
      builder_.Loss(*std::exchange(load_loss_, std::nullopt));
    }
    return true;
  }

  void CountShed(const FrameContent& content, TimeNs at) {
    tally_.AddPut(content);
    tally_.AddFate(StoreTally::Fate::kShedByLoad, content);
    if (!load_loss_) {
      load_loss_ = LossRecord{};
      load_loss_->cause = LossCause::kLoad;
      load_loss_->from = load_loss_->until = at;
      load_loss_->exact = true;
    }
    load_loss_->from = std::min(load_loss_->from, at);
    load_loss_->until = std::max(load_loss_->until, at);
    load_loss_->bytes += content.raw_bytes;
  }

  /// Live: a frame waits at most one commit interval, by packet time or by the clock, whichever is
  /// first; and marks alone are sent on now and then.
  bool IsCutDue() const {
    const auto waited = Clock::now() - (builder_.empty() ? last_cut_ : opened_at_);
    if (builder_.empty()) {
      return waited >= milliseconds(limits::kIdleMarksIntervalMs);
    }
    return waited >= milliseconds(options_.commit_interval_ms) ||
           packet_now_ - opened_packet_ns_ >= options_.commit_interval_ms * kNsPerMs;
  }

  std::unique_ptr<Frame> TakeFrame() {
    std::unique_ptr<Frame> frame = builder_.Cut(pipeline_.NewFrame());
    frame->marks = marks_;
    frame->packets_through = packet_now_;
    frame->sequence = ++sequence_;
    frame->began_at = opened_at_;
    tally_.AddPut(frame->content);
    last_cut_ = Clock::now();
    return frame;
  }

  /// False, and nothing changed, if the queue is full (live only).
  bool Cut() {
    if (!options_.live) {
      pipeline_.Push(TakeFrame());
      return true;
    }
    if (!pipeline_.HasRoomFor(builder_.frame().bytes.size())) {
      return false;
    }
    pipeline_.Push(TakeFrame());
    return true;
  }

  const LogWriterOptions options_;
  const RecorderLock lock_;
  SegmentSealer sealer_;
  StoreTally tally_;
  FramePipeline pipeline_;
  AttemptWriter writer_;
  FrameBuilder builder_;
  ShedMessages shed_;
  std::optional<LossRecord> load_loss_;  // not yet in a frame
  std::optional<ResultLink> link_;       // of the next exchange
  Marks marks_;
  TimeNs packet_now_ = 0;
  std::optional<TimeNs> watermark_at_;  // of the last row of the marks' history
  TimeNs opened_packet_ns_ = 0;         // of the frame under construction
  Clock::time_point opened_at_ = Clock::now();
  Clock::time_point last_cut_;
  uint64_t sequence_ = 0;
  bool started_ = false;
  bool closed_ = false;
};

}  // namespace

Result<std::unique_ptr<LogWriter>> LogWriter::Open(const LogWriterOptions& options) {
  if (!IsRecorderName(options.recorder)) {
    return Fail(ErrorCode::kUsage, "'" + options.recorder + "' cannot be a recorder's name",
                "use 1 to 63 characters of a-z, 0-9, '.', '_' and '-', the first one a letter or "
                "digit");
  }
  TRY_ASSIGN(const LogIdentity identity, OpenOrMakeLog(options.log));
  if (options.live) {
    TRY(RequireLocalFileSystem(options.log));
  }
  TRY_ASSIGN(RecorderLock lock, RecorderLock::Take(options.log, options.recorder));
  const TimeNs now = options.wall_clock();
  TRY_ASSIGN(const std::vector<uint32_t> earlier, ListAttempts(options.log / options.recorder));
  for (const uint32_t attempt : earlier) {
    // The new attempt may need that room.
    const auto dead = options.log / options.recorder / AttemptDirectoryName(attempt);
    TRY(RemoveFile(dead / kReserveName));
  }
  const AttemptFacts facts{identity.log_id,
                           options.recorder,
                           earlier.empty() ? 1 : earlier.back() + 1,
                           options.version,
                           options.source,
                           options.job,
                           options.live,
                           options.durability == Durability::kFull ? "full" : "normal",
                           now};
  const std::filesystem::path directory =
      options.log / options.recorder / AttemptDirectoryName(facts.attempt);
  TRY(MakeDirectory(directory));
  auto writer = std::make_unique<FrameLogWriter>(options, std::move(lock), facts, directory);
  TRY(writer->Start(now));
  writer->Recover(earlier, now);
  return writer;
}

}  // namespace trafrec::store
