#include "tools/recorder_metrics.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "store/limits.h"
#include "telemetry/process_metrics.h"
#include "tools/accounting.h"
#include "tools/version.h"

namespace trafrec::tools {
namespace {

using capture::RecorderProgress;
using telemetry::Labels;
using telemetry::Metric;

class Appender {
 public:
  explicit Appender(std::vector<Metric>& metrics) : metrics_(metrics) {}

  template <typename Number>
  void operator()(std::string_view name, std::string_view help, Number value, Labels labels = {}) {
    metrics_.push_back({name, help, static_cast<double>(value), std::move(labels)});
  }

 private:
  std::vector<Metric>& metrics_;
};

double Share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double Seconds(int64_t ns) { return static_cast<double>(ns) / 1e9; }

void AddHealth(const std::vector<Trouble>& troubles, Appender& add) {
  add("trafrec_healthy", "1 if /healthz says that all is well.", troubles.empty());
  for (const std::string_view kind : kTroubleKinds) {
    const bool now = std::ranges::find(troubles, kind, &Trouble::kind) != troubles.end();
    add("trafrec_trouble", "1 while there is trouble of that kind.", now,
        {{"kind", std::string(kind)}});
  }
}

void AddLoss(const RecorderProgress& progress, Appender& add) {
  const uint64_t gaps = ValueOf(progress.counters, "gaps.bytes");
  add("trafrec_payload_loss_ratio",
      "Share of the acknowledged payload that was not captured, since the start.",
      Share(gaps, std::max(gaps, ValueOf(progress.counters, "acked.bytes"))));
  const uint64_t dropped = progress.kernel_drops + progress.interface_drops + progress.ring_drops;
  add("trafrec_packet_loss_ratio",
      "Share of the packets that kernel, interface or ring dropped, since the start.",
      Share(dropped, progress.packets + progress.kernel_drops + progress.interface_drops));
}

void AddMarks(const RecorderProgress& progress, TimeNs now, Appender& add) {
  const std::array states = {std::pair("written", &progress.written),
                             std::pair("durable", &progress.durable)};
  for (const auto& [state, marks] : states) {
    for (const auto& [mark, time] : {std::pair("requests_through", marks->requests_through),
                                     std::pair("answers_through", marks->answers_through)}) {
      if (time != 0) {
        add("trafrec_mark_age_seconds",
            "How long ago the time was below which every request, or its outcome too, is in the "
            "log.",
            Seconds(std::max<int64_t>(0, now - time)), {{"mark", mark}, {"state", state}});
      }
    }
  }
  for (const auto& [state, marks] : states) {
    add("trafrec_mark_exchanges_below", "Every exchange with a smaller number is in the log.",
        marks->exchanges_below, {{"state", state}});
  }
}

void AddDisk(const RecorderProgress& progress, Appender& add) {
  if (progress.store.disk) {
    add("trafrec_disk_free_bytes", "Free space of the disk that holds the log.",
        progress.store.disk->free_bytes);
    add("trafrec_disk_size_bytes", "Size of that disk.", progress.store.disk->all_bytes);
    add("trafrec_disk_saving_below_bytes",
        "With less free space than this, what is needed least is not stored.",
        std::min(progress.free_bytes_min,
                 progress.store.disk->all_bytes / store::limits::kSpaceMarkShare));
  }
  add("trafrec_disk_reserve_bytes", "Space held for the last rows; 0: the disk was full.",
      progress.store.reserve_bytes);
}

void AddSegments(const RecorderProgress& progress, Appender& add) {
  add("trafrec_segments_total", "Segments of the log that were begun.", progress.log.segments);
  add("trafrec_segments_sealed_total", "Segments that are sealed.", progress.store.sealed_segments);
  add("trafrec_segments_unsealed", "Segments that ended and are not sealed.",
      progress.store.unsealed_segments);
  add("trafrec_segment_unsealed_age_seconds", "How long ago the oldest of them ended.",
      Seconds(progress.store.oldest_unsealed_ns));
  add("trafrec_frames_total", "Compressed blocks that are committed.", progress.log.frames);
  add("trafrec_stored_bytes", "Bytes of this attempt's segments, deleted ones included.",
      progress.log.stored_bytes);
  add("trafrec_failed_syncs_total",
      "Syncs that failed: what was written then may not survive a power loss.",
      progress.store.failed_syncs);
}

std::vector<telemetry::LagMetric> Lags(const RecorderProgress& progress) {
  constexpr const char* kStage = "trafrec_stage_lag_seconds";
  constexpr const char* kHelp =
      "How long things take through a stage: capture (a packet until trafrec has it), reassembly "
      "(a batch from there), store (a frame from its first record to its commit), seal (a segment "
      "from its end).";
  return {{kStage, kHelp, progress.capture_lag, {{"stage", "capture"}}},
          {kStage, kHelp, progress.reassembly_lag, {{"stage", "reassembly"}}},
          {kStage, kHelp, progress.store.commit_lag, {{"stage", "store"}}},
          {kStage, kHelp, progress.store.seal_lag, {{"stage", "seal"}}},
          {"trafrec_sync_seconds",
           "How long a sync of the open segment took.",
           progress.store.sync_time,
           {}}};
}

}  // namespace

telemetry::Reading ReadingOf(const RecorderProgress& progress, const std::vector<Trouble>& troubles,
                             const RecorderFacts& facts, TimeNs now) {
  telemetry::Reading reading;
  reading.counters = progress.counters;
  Appender add(reading.metrics);
  add("trafrec_build_info", "The version that runs.", 1, {{"version", kVersion}});
  add("trafrec_recorder_info", "What is recorded, and where.", 1,
      {{"log", facts.log}, {"recorder", facts.recorder}, {"source", facts.source}});
  AddHealth(troubles, add);
  add("trafrec_capturing", "0 once the source has ended and the rest is stored.",
      progress.capturing);
  if (!progress.live) {
    add("trafrec_source_read_bytes_total", "Bytes of capture files that were read.",
        progress.bytes_read);
    add("trafrec_source_size_bytes", "Bytes of capture files in all; 0 if nobody knows.",
        progress.bytes_total);
  }
  add("trafrec_ring_fill_ratio", "How full the ring between capture and reassembly is.",
      progress.ring_fill);
  add("trafrec_store_queue_fill_ratio", "How full the queue to the disk is.",
      progress.store.queue_fill);
  add("trafrec_pressure_ratio",
      "How hard recording must save, by the queue and the disk; sheds from 0.7 on.",
      progress.store_fill);
  AddLoss(progress, add);
  AddMarks(progress, now, add);
  AddDisk(progress, add);
  AddSegments(progress, add);
  std::ranges::move(telemetry::ProcessMetrics(), std::back_inserter(reading.metrics));
  reading.lags = Lags(progress);
  return reading;
}

}  // namespace trafrec::tools
