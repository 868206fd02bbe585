#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/counters.h"
#include "base/error.h"
#include "capture/packet_source.h"
#include "capture/traffic_watch.h"
#include "reassembly/reassembler.h"
#include "store/sentinel/sentinel_watch.h"
#include "store/writer/log_writer.h"

namespace trafrec::capture {

struct RecorderOptions {
  reassembly::ReassemblerOptions reassembly;
  store::LogWriterOptions log;
  store::SentinelTrust sentinels;            ///< without an audience none is looked for
  size_t ring_batches_max = 1024;            ///< between capture and reassembly
  size_t ring_bytes_max = size_t{64} << 20;  ///< files take less of it: limits.h
  /// Live: lets everything else on the machine go first (Background::OfSession()); may be empty.
  std::function<void(bool low)> set_low;
  bool abort_on_broken_sums = false;  ///< tests set it; a release reports them
  int64_t progress_interval_ms = 1'000;
};

/// How often each thread of a live recording went round. In silence too each does so at least once
/// a second: one that stands still is stuck.
struct Turns {
  uint64_t capture = 0;
  uint64_t reassembly = 0;
  uint64_t store = 0;
};

/// A look at a running recorder, about once a second. Rates are the reader's to compute.
struct RecorderProgress {
  TimeNs at = 0;           ///< wall clock of this look
  bool live = false;       ///< false: lags and ages by the wall clock mean nothing
  bool capturing = false;  ///< false: the source has ended, what was captured is being stored
  uint64_t packets = 0;
  uint64_t bytes_read = 0;
  uint64_t bytes_total = 0;  ///< 0: unknown
  uint64_t exchanges = 0;
  uint64_t kernel_drops = 0;
  uint64_t interface_drops = 0;
  uint64_t ring_drops = 0;
  double ring_fill = 0;  ///< 0 … 1
  double store_fill = 0;
  Turns turns;
  int64_t reassembly_lag_ns =
      0;                     ///< live: wall clock less packet time of the last packet reassembled
  int64_t store_lag_ns = 0;  ///< live: wall clock less the answers mark that is committed
  std::optional<Error> trouble;  ///< disk full
  bool saving_space = false;     ///< the disk is nearly full: what is needed least is shed
  /// The last reason why something that is stored may not survive a power loss.
  std::optional<Error> unsynced;

  /// The accounting as of about a second ago; its sums hold.
  Counters counters;
  store::LogWriterSummary log;
  store::Marks written;      ///< committed: survives kill -9
  store::Marks durable;      ///< live: survives a power loss
  LagCounts capture_lag;     ///< live: from a packet's time until the capture thread has it
  LagCounts reassembly_lag;  ///< live: from there until it is reassembled
  store::StoreProgress store;
  uint64_t free_bytes_min = 0;  ///< live: with less, recording saves space
};

struct RecorderSummary {
  store::LogWriterSummary log;
  Counters counters;
  std::vector<std::string> broken_sums;  ///< not empty: a bug of ours
  std::vector<std::string> warnings;
  TimeNs first_packet_at = 0;  ///< 0: no packet
  TimeNs last_packet_at = 0;
  std::optional<Error>
      source_error;                ///< the source failed in the middle; what came before is stored
  std::optional<Error> log_error;  ///< live: the disk was too full for the end, or for sealing
};

/// The whole pipeline: capture -> bounded ring -> reassembly -> log. Live, the capture thread never
/// waits: a full ring drops a batch and counts it. From files it waits. Run() is called once, on
/// the thread that becomes the reassembly thread.
class Recorder {
 public:
  Recorder(RecorderOptions options, std::unique_ptr<PacketSource> source);
  ~Recorder();

  /// Records until the source ends or Stop() is called, then drains in order, checks the sums and
  /// seals. `on_progress` is called once in `progress_interval_ms`, and upon Look(), from a thread
  /// of its own, and once when all is done; it may be empty. `on_started` once, when the log is
  /// open and packets are captured; its Error ends it.
  Result<RecorderSummary> Run(const std::function<void(const RecorderProgress&)>& on_progress,
                              const std::function<Status()>& on_started);

  /// Ends the capture; Run then drains and seals. Safe from a signal handler.
  void Stop();
  /// Live: ends the open segment of the log within a second, and goes on in a new one. Safe from a
  /// signal handler.
  void Rotate();
  /// Calls `on_progress` soon. Safe from a signal handler.
  void Look();
  /// Live: the log goes on within other limits soon. Thread-safe.
  void SetLimits(const store::LogLimits& limits);
  /// Live: who talks most; thread-safe.
  TrafficWatch& traffic();
  /// What is let through now. Thread-safe.
  CaptureFilter filter() const;
  /// Live: lets through something else from now on, without losing a packet. A loss row says when,
  /// and a new segment begins with `source` as the fact of what is recorded. May take as long as a
  /// look-up of host names. After an Error the old filter goes on. Thread-safe, while Run runs.
  Result<FilterChange> ChangeFilter(const CaptureFilter& filter, const std::string& source);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trafrec::capture
