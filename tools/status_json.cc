#include "tools/status_json.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "tools/accounting.h"
#include "tools/version.h"

namespace trafrec::tools {
namespace {

using control::Json;

/// Of what came between two looks; nothing if nothing came.
Json MeanLag(const LagCounts& before, const LagCounts& now) {
  uint64_t count = 0;
  for (size_t i = 0; i < now.counts.size(); ++i) {
    count += now.counts[i] - std::min(before.counts[i], now.counts[i]);
  }
  return count == 0 ? Json() : Json((now.sum_ns - std::min(before.sum_ns, now.sum_ns)) / count);
}

uint64_t PerSecond(uint64_t before, uint64_t now, double seconds) {
  return seconds <= 0 || now < before
             ? 0
             : static_cast<uint64_t>(std::llround(static_cast<double>(now - before) / seconds));
}

Json ErrorOrNull(const std::optional<Error>& error) { return error ? Json(error->what) : Json(); }

Json Talkers(const std::vector<capture::Talker>& talkers) {
  Json list = Json::array();
  for (const capture::Talker& talker : talkers) {
    list.push_back({{"name", talker.name},
                    {"bytes_per_s", static_cast<uint64_t>(std::llround(talker.bytes_per_second))},
                    {"exchanges_per_s", talker.exchanges_per_second}});
  }
  return list;
}

Json RatesJson(const capture::RecorderProgress& before, const capture::RecorderProgress& now,
               const std::optional<capture::TrafficView>& traffic) {
  const double seconds =
      static_cast<double>(now.at - before.at) / static_cast<double>(kNsPerSecond);
  return {{"packets_per_s", PerSecond(before.packets, now.packets, seconds)},
          {"bytes_per_s", PerSecond(before.bytes_read, now.bytes_read, seconds)},
          {"exchanges_per_s", PerSecond(before.exchanges, now.exchanges, seconds)},
          {"mutations_per_s", traffic ? Json(traffic->mutations_per_second) : Json()}};
}

Json LossJson(const capture::RecorderProgress& now) {
  return {{"kernel_packets", now.kernel_drops},
          {"interface_packets", now.interface_drops},
          {"ring_packets", now.ring_drops},
          {"gap_bytes", ValueOf(now.counters, "gaps.bytes")},
          {"acked_bytes", ValueOf(now.counters, "acked.bytes")}};
}

Json MarksJson(const store::Marks& marks) {
  return {{"exchanges_below", marks.exchanges_below},
          {"requests_through_ns", marks.requests_through},
          {"answers_through_ns", marks.answers_through},
          {"requests_hold", store::HoldText(marks.requests_hold)},
          {"answers_hold", store::HoldText(marks.answers_hold)}};
}

Json DiskJson(const capture::RecorderProgress& now) {
  return {{"free_bytes", now.store.disk ? Json(now.store.disk->free_bytes) : Json()},
          {"all_bytes", now.store.disk ? Json(now.store.disk->all_bytes) : Json()},
          {"stored_bytes", now.log.stored_bytes},
          {"raw_bytes", now.log.raw_bytes}};
}

}  // namespace

Json StatusJson(const ControlFacts& facts, const std::string& filter,
                const capture::RecorderProgress& before, const capture::RecorderProgress& now,
                const std::optional<capture::TrafficView>& traffic,
                const control::ServerCounts& clients) {
  return {
      {"recorder", facts.recorder},
      {"log", facts.log},
      {"attempt", facts.attempt},
      {"pid", getpid()},
      {"version", kVersion},
      {"source", facts.source},
      {"filter", filter},
      {"state", now.capturing ? "recording" : "stopping"},
      {"started_ns", facts.started},
      {"at_ns", now.at},
      {"packets", now.packets},
      {"bytes", now.bytes_read},
      {"exchanges", now.exchanges},
      {"rates", RatesJson(before, now, traffic)},
      {"lost", LossJson(now)},
      {"lag_ns",
       {{"capture", MeanLag(before.capture_lag, now.capture_lag)},
        {"reassembly", MeanLag(before.reassembly_lag, now.reassembly_lag)},
        {"commit", MeanLag(before.store.commit_lag, now.store.commit_lag)}}},
      {"fill", {{"ring", now.ring_fill}, {"store", now.store_fill}}},
      {"written", MarksJson(now.written)},
      {"durable", MarksJson(now.durable)},
      {"segment",
       {{"number", now.log.segments},
        {"sealed", now.store.sealed_segments},
        {"unsealed", now.store.unsealed_segments}}},
      {"disk", DiskJson(now)},
      {"trouble", ErrorOrNull(now.trouble)},
      {"unsynced", ErrorOrNull(now.unsynced)},
      {"keeping_failure", ErrorOrNull(now.store.keeping_failure)},
      {"saving_space", now.saving_space},
      {"clients",
       {{"refused", clients.refused},
        {"last_refused", clients.last_refused},
        {"turned_away", clients.turned_away},
        {"cut_off", clients.cut_off}}},
      {"connections", traffic ? Talkers(traffic->connections) : Json()},
      {"hosts", traffic ? Talkers(traffic->hosts) : Json()},
  };
}

}  // namespace trafrec::tools
