#include "capture/recorder.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <iterator>
#include <mutex>
#include <span>
#include <utility>

#include "base/check.h"
#include "capture/background.h"
#include "capture/capture_thread.h"
#include "capture/gauges.h"
#include "capture/limits.h"
#include "capture/packet_ring.h"
#include "capture/progress_thread.h"
#include "store/limits.h"
#include "store/reader/log_reader_sentinels.h"

namespace trafrec::capture {
namespace {

constexpr auto kCountersInterval = std::chrono::seconds(1);

size_t RingBytes(const RecorderOptions& options, bool live) {
  return live ? options.ring_bytes_max : std::min(options.ring_bytes_max, limits::kFileRingBytes);
}

reassembly::ReassemblerOptions ReassemblyOptions(const RecorderOptions& options,
                                                 const PacketSource& source,
                                                 const store::LogWriter& log) {
  reassembly::ReassemblerOptions result = options.reassembly;
  if (!result.http.interface_name) {
    result.http.interface_name = [&source](uint16_t number) {
      return source.InterfaceName(number);
    };
  }
  if (source.live() && !result.http.pressure) {
    result.http.pressure = [&log] { return log.pressure(); };
    result.http.saving_space = [&log] { return log.saving_space(); };
  }
  return result;
}

/// What this recorder verified before: it must not count again.
store::EarlierNonces EarlierNonces(const RecorderOptions& options) {
  if (options.sentinels.audience.empty()) {
    return {};
  }
  // Packets come now or later; captures are of any time.
  const auto since = options.log.live
                         ? std::optional(WallClockNow() - 2 * store::limits::kSentinelWindowNs)
                         : std::nullopt;
  return store::ReadEarlierNonces(options.log.log, options.log.recorder, since);
}

}  // namespace

struct Recorder::Impl {
  RecorderOptions options;
  std::unique_ptr<PacketSource> source;
  Gauges gauges;
  TrafficWatch traffic;
  TimeNs first_packet_at = 0;
  TimeNs last_packet_at = 0;
  uint32_t packets_since_tick = 0;
  std::chrono::steady_clock::time_point counters_stored;
  std::atomic<bool> rotation_wanted = false;
  WakeUp look;
  std::mutex new_limits_mutex;
  std::optional<store::LogLimits> new_limits;
  std::atomic<bool> capturing = true;
  mutable std::mutex accounting_mutex;  // taken once a second
  Counters accounting;
  std::atomic<uint64_t> free_bytes_min = 0;
  std::atomic<bool> filter_changed = false;
  std::mutex filter_mutex;
  std::vector<store::LossRecord> filter_changes;  // not yet in the log
  std::string new_source;

  void NoteFilterChanges(store::LogWriter& log);
  void Reassemble(const RingItem& item, reassembly::Reassembler& reassembler,
                  store::LogWriter& log);
  void PassOnWishes(store::LogWriter& log);
  void StoreCounters(const reassembly::Reassembler& reassembler, store::LogWriter& log);
  void Publish(Counters counters);
  Counters Accounting(const reassembly::Reassembler& reassembler, const store::LogWriter& log,
                      bool at_end) const;
  RecorderProgress Progress(const PacketRing& ring, const store::LogWriter& log) const;

  std::array<Background::Stage, 2> Stages(const PacketRing& ring,
                                          const store::LogWriter& log) const {
    return {
        {{.fill = ring.fill(), .turns = gauges.reassembly_turns.load(std::memory_order_relaxed)},
         {.fill = gauges.store_fill.load(std::memory_order_relaxed), .turns = log.turns()}}};
  }
};

Recorder::Recorder(RecorderOptions options, std::unique_ptr<PacketSource> source)
    : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
  impl_->options.log.live = source->live();
  impl_->free_bytes_min = impl_->options.log.free_bytes_min;
  impl_->source = std::move(source);
}

Recorder::~Recorder() = default;

void Recorder::Stop() { impl_->source->Stop(); }

void Recorder::Rotate() { impl_->rotation_wanted = true; }

void Recorder::Look() { impl_->look.Signal(); }

void Recorder::SetLimits(const store::LogLimits& limits) {
  const std::lock_guard lock(impl_->new_limits_mutex);
  impl_->new_limits = limits;
}

TrafficWatch& Recorder::traffic() { return impl_->traffic; }

CaptureFilter Recorder::filter() const { return impl_->source->filter(); }

Result<FilterChange> Recorder::ChangeFilter(const CaptureFilter& filter,
                                            const std::string& source) {
  const std::lock_guard lock(impl_->filter_mutex);
  TRY_ASSIGN(FilterChange change, impl_->source->ChangeFilter(filter));
  impl_->filter_changes.push_back({.cause = store::LossCause::kFilter,
                                   .from = change.from,
                                   .until = change.until,
                                   .connection = {},
                                   .packets = 0,
                                   .bytes = 0,
                                   .exact = false});
  impl_->new_source = source;
  impl_->filter_changed = true;
  return change;
}

Result<RecorderSummary> Recorder::Run(
    const std::function<void(const RecorderProgress&)>& on_progress,
    const std::function<Status()>& on_started) {
  const RecorderOptions& options = impl_->options;
  PacketSource& source = *impl_->source;
  RecorderSummary summary;

  // The stages, from the last to the first, so that each finds the next one ready.
  store::EarlierNonces earlier = EarlierNonces(options);
  TRY_ASSIGN(const std::unique_ptr<store::LogWriter> log, store::LogWriter::Open(options.log));
  store::SentinelWatch watch(
      options.sentinels, std::move(earlier.seen), *log,
      [&log](const store::SentinelRecord& sentinel) { log->PutSentinel(sentinel); });
  store::RecordSink& sink =
      options.sentinels.audience.empty() ? static_cast<store::RecordSink&>(*log) : watch;
  impl_->traffic.SetNext(sink);
  const bool watchable = source.live() && on_progress;
  store::RecordSink& first = watchable ? static_cast<store::RecordSink&>(impl_->traffic) : sink;
  reassembly::Reassembler reassembler(ReassemblyOptions(options, source, *log), first);
  PacketRing ring(options.ring_batches_max, RingBytes(options, source.live()));
  std::optional<Background> background;
  if (source.live() && options.set_low) {
    background.emplace(options.set_low);
  }
  CaptureThread capture(source, ring, impl_->gauges, [&](std::chrono::nanoseconds lag) {
    if (background) {
      background->Look(impl_->Stages(ring, *log), lag, std::chrono::steady_clock::now());
    }
  });
  if (Status started = on_started ? on_started() : Status(); !started) {
    source.Stop();
    ring.Close();
    return std::unexpected(std::move(started).error());
  }

  std::function<void()> report;
  if (on_progress) {
    report = [&] {
      impl_->traffic.Tick();
      on_progress(impl_->Progress(ring, *log));
    };
  }
  const ProgressThread progress(std::move(report), impl_->look,
                                std::chrono::milliseconds(options.progress_interval_ms));

  impl_->Publish(impl_->Accounting(reassembler, *log, false));

  // Reassembly is this thread, until the source has ended and the ring is empty.
  while (std::optional<RingItem> item = ring.Pop()) {
    impl_->Reassemble(*item, reassembler, *log);
    ring.GiveBack(std::move(item->batch));
  }
  capture.Join();
  background.reset();  // what is left is to be done soon
  impl_->capturing = false;
  impl_->NoteFilterChanges(*log);
  reassembler.Finish();
  log->Drain();

  // The accounting is whole only now that every stage is empty.
  summary.counters = impl_->Accounting(reassembler, *log, true);
  impl_->Publish(summary.counters);
  summary.broken_sums = BrokenSums(summary.counters);
  CHECK(summary.broken_sums.empty() || !options.abort_on_broken_sums);
  log->SetCounters(summary.counters);

  summary.first_packet_at = impl_->first_packet_at;
  summary.last_packet_at = impl_->last_packet_at;
  summary.warnings = capture.warnings();
  if (const std::optional<Error> trouble = log->past_trouble(); trouble && source.live()) {
    summary.warnings.push_back("for a time nothing could be stored: " + trouble->what);
  }
  if (const std::optional<Error> unsynced = log->unsynced()) {
    summary.warnings.push_back(unsynced->what + "; " + unsynced->remedy);
  }
  std::ranges::move(earlier.warnings, std::back_inserter(summary.warnings));
  summary.source_error = capture.error();
  const TimeNs ended_at =
      source.live() ? std::max(WallClockNow(), summary.last_packet_at) : summary.last_packet_at;
  Result<store::LogWriterSummary> closed = log->Close(ended_at);
  if (closed) {
    summary.log = *closed;
  } else if (source.live() && closed.error().code == ErrorCode::kNoSpace) {
    summary.log = log->summary();  // what was stored is worth telling
    summary.log_error = closed.error();
  } else {
    return std::unexpected(closed.error());
  }
  return summary;
}

/// Ticks come after every so many packets, whatever batch they are in, so that what a file gives
/// does not depend on how it was cut. Live they come after each batch too, and in silence.
void Recorder::Impl::Reassemble(const RingItem& item, reassembly::Reassembler& reassembler,
                                store::LogWriter& log) {
  gauges.reassembly_turns.fetch_add(1, std::memory_order_relaxed);
  for (const store::LossRecord& loss : item.losses) {
    log.PutLoss(loss);
  }
  for (std::span<const reassembly::Packet> rest = item.batch.packets; !rest.empty();) {
    const auto packets =
        rest.first(std::min<size_t>(rest.size(), limits::kTickPackets - packets_since_tick));
    rest = rest.subspan(packets.size());
    reassembler.OnPackets(packets);
    for (const reassembly::Packet& packet : packets) {
      last_packet_at = std::max(last_packet_at, packet.at);
    }
    packets_since_tick += static_cast<uint32_t>(packets.size());
    if (packets_since_tick == limits::kTickPackets) {
      packets_since_tick = 0;
      reassembler.OnTick(packets.back().at);
    }
  }
  if (!item.batch.packets.empty() && first_packet_at == 0) {
    first_packet_at = item.batch.packets.front().at;
  }
  TimeNs through = item.batch.packets.empty() ? last_packet_at : item.batch.packets.back().at;
  if (source->live()) {
    through = item.silent_until.value_or(through);
    const bool saving_space = log.saving_space();
    reassembler.OnTick(through);
    gauges.saving_space.store(saving_space, std::memory_order_relaxed);
    PassOnWishes(log);
    NoteFilterChanges(log);
  } else if (log.trouble()) {
    source->Stop();  // a finite job that cannot store ends; Close says why
  }
  if (item.ready_at) {
    gauges.reassembly_lag.Add(
        std::chrono::nanoseconds(std::chrono::steady_clock::now() - *item.ready_at).count());
  }
  StoreCounters(reassembler, log);
  gauges.reassembled_through.store(through, std::memory_order_relaxed);
  gauges.store_fill.store(log.pressure(), std::memory_order_relaxed);
}

void Recorder::Impl::PassOnWishes(store::LogWriter& log) {
  if (rotation_wanted.exchange(false)) {
    log.Rotate();
  }
  const std::lock_guard lock(new_limits_mutex);
  if (new_limits) {
    free_bytes_min.store(new_limits->free_bytes_min, std::memory_order_relaxed);
    log.SetLimits(*std::exchange(new_limits, std::nullopt));
  }
}

Counters Recorder::Impl::Accounting(const reassembly::Reassembler& reassembler,
                                    const store::LogWriter& log, bool at_end) const {
  Counters counters = reassembler.counters();
  counters.front().part_of = "capture.packets";
  gauges.AddCounters(at_end ? std::nullopt : std::optional(counters.front().value), counters);
  std::ranges::copy(log.counters(), std::back_inserter(counters));
  return counters;
}

/// Whoever changes a filter holds the lock for long: this waits for nobody, and comes again.
void Recorder::Impl::NoteFilterChanges(store::LogWriter& log) {
  if (!filter_changed) {
    return;
  }
  const std::unique_lock lock(filter_mutex, std::try_to_lock);
  if (!lock) {
    return;
  }
  filter_changed = false;
  for (const store::LossRecord& change : std::exchange(filter_changes, {})) {
    log.PutLoss(change);
  }
  log.SetSource(new_source);
}

/// A recorder that is killed leaves the accounting of its last second.
void Recorder::Impl::StoreCounters(const reassembly::Reassembler& reassembler,
                                   store::LogWriter& log) {
  const auto now = std::chrono::steady_clock::now();
  if (now - counters_stored < kCountersInterval) {
    return;
  }
  counters_stored = now;
  Counters counters = Accounting(reassembler, log, false);
  if (source->live()) {
    log.SetCounters(counters);
  }
  Publish(std::move(counters));
}

void Recorder::Impl::Publish(Counters counters) {
  const std::lock_guard lock(accounting_mutex);
  accounting.swap(counters);
}

RecorderProgress Recorder::Impl::Progress(const PacketRing& ring,
                                          const store::LogWriter& log) const {
  RecorderProgress progress;
  progress.at = WallClockNow();
  progress.live = source->live();
  progress.capturing = capturing;
  progress.packets = gauges.captured_packets.load(std::memory_order_relaxed);
  progress.bytes_read = source->bytes_read();
  progress.bytes_total = source->bytes_total();
  progress.kernel_drops = gauges.kernel_drops.load(std::memory_order_relaxed);
  progress.interface_drops = gauges.interface_drops.load(std::memory_order_relaxed);
  progress.ring_drops = gauges.ring_drops.load(std::memory_order_relaxed);
  progress.turns = {.capture = gauges.capture_turns.load(std::memory_order_relaxed),
                    .reassembly = gauges.reassembly_turns.load(std::memory_order_relaxed),
                    .store = log.turns()};
  progress.ring_fill = ring.fill();
  progress.store_fill = gauges.store_fill.load(std::memory_order_relaxed);
  progress.trouble = log.trouble();
  progress.saving_space = gauges.saving_space.load(std::memory_order_relaxed);
  progress.unsynced = log.unsynced();
  progress.log = log.summary();
  progress.exchanges = progress.log.exchanges;
  progress.written = log.written();
  progress.durable = log.durable();
  progress.capture_lag = gauges.capture_lag.counts();
  progress.reassembly_lag = gauges.reassembly_lag.counts();
  progress.store = log.progress();
  progress.free_bytes_min = free_bytes_min.load(std::memory_order_relaxed);
  {
    const std::lock_guard lock(accounting_mutex);
    progress.counters = accounting;
  }
  if (source->live()) {
    const auto lag = [now = progress.at](TimeNs through) {
      return through == 0 ? 0 : std::max<int64_t>(0, now - through);
    };
    progress.reassembly_lag_ns = lag(gauges.reassembled_through.load(std::memory_order_relaxed));
    progress.store_lag_ns = lag(progress.written.answers_through);
  }
  return progress;
}

}  // namespace trafrec::capture
