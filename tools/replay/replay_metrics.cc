#include "tools/replay/replay_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "telemetry/process_metrics.h"
#include "tools/json_object.h"
#include "tools/terminal.h"
#include "tools/units.h"
#include "tools/version.h"

namespace trafrec::tools {
namespace {

using telemetry::HttpAnswer;
using telemetry::HttpRequest;
using telemetry::Labels;

constexpr unsigned kNotFound = 404;
constexpr unsigned kUnavailable = 503;

constexpr const char* kPlaces =
    "  /metrics   for Prometheus\n"
    "  /healthz   200 while the run gets on, else 503 and why not; ?format=json\n";

double Seconds(int64_t ns) { return static_cast<double>(ns) / 1e9; }

LagCounts LagsOf(const Histogram& histogram) {
  LagCounts lags{.sum_ns = histogram.sum()};
  uint64_t before = 0;
  for (size_t i = 0; i < kLagBoundsNs.size(); ++i) {
    const uint64_t up_to = histogram.CountUpTo(kLagBoundsNs[i]);
    lags.counts[i] = up_to - before;
    before = up_to;
  }
  lags.counts.back() = histogram.count() - before;
  return lags;
}

class Appender {
 public:
  explicit Appender(std::vector<telemetry::Metric>& metrics) : metrics_(metrics) {}

  template <typename Number>
  void operator()(std::string_view name, std::string_view help, Number value, Labels labels = {}) {
    metrics_.push_back({name, help, static_cast<double>(value), std::move(labels)});
  }

 private:
  std::vector<telemetry::Metric>& metrics_;
};

void AddCounts(const replay::RunCounts& counts, Appender& add) {
  add("trafrec_replay_exchanges_total", "Exchanges of the log that are over.", counts.exchanges);
  add("trafrec_replay_requests_total", "Requests sent: parts of bulks and tries too.",
      counts.requests);
  add("trafrec_replay_sent_bytes_total", "Of these requests, heads and bodies.", counts.sent_bytes);
  add("trafrec_replay_received_bytes_total", "Of their answers, heads and bodies.",
      counts.received_bytes);
  add("trafrec_replay_readings_total", "Requests that looked at documents.", counts.readings);
  add("trafrec_replay_refreshes_total", "Requests that refreshed indices.", counts.refreshes);
  add("trafrec_replay_retries_total", "Requests that went again.", counts.retries);
  add("trafrec_replay_throttled_total", "Answers of 429 and 503.", counts.throttled);
  add("trafrec_replay_mutations_total", "Mutations that have their outcome.", counts.mutations);
  const std::pair<const char*, uint64_t> states[] = {{"answered", counts.answered},
                                                     {"dead", counts.dead},
                                                     {"blocked", counts.blocked},
                                                     {"unanswered_read", counts.unanswered_reads},
                                                     {"earlier", counts.earlier}};
  for (const auto& [state, count] : states) {
    add("trafrec_replay_operations_total", "Operations by what became of them.", count,
        {{"state", state}});
  }
  const std::pair<const char*, uint64_t> outcomes[] = {
      {"as_source", counts.as_source}, {"otherwise", counts.otherwise}, {"unlike", counts.unlike}};
  for (const auto& [outcome, count] : outcomes) {
    add("trafrec_replay_outcomes_total",
        "Operations that were answered: as by the source, otherwise, or the source's is not known.",
        count, {{"outcome", outcome}});
  }
}

void AddSourceLag(const replay::SourceLag& lag, Appender& add) {
  const std::pair<const char*, uint64_t> states[] = {{"answered", lag.spread().count()},
                                                     {"unanswered", lag.unanswered()}};
  for (const auto& [state, count] : states) {
    add("trafrec_replay_echoes_total", "Echoes of sentinels, in all lives of the run.", count,
        {{"state", state}});
  }
  if (lag.last()) {
    add("trafrec_replay_source_lag_seconds",
        "By how much the target was behind the source at the last echo.", Seconds(lag.last()->ns));
    add("trafrec_replay_last_echo_timestamp_seconds", "When the last echo was answered.",
        Seconds(lag.last()->at));
  }
}

std::string HealthInWords(const replay::RunProgress& progress, std::optional<int64_t> left_ns) {
  if (!progress.trouble.empty()) {
    return "the run does not get on: " + progress.trouble + "\n";
  }
  std::string words = progress.paused ? "the run is paused"
                                      : fmt::format("the run gets on: {} sent",
                                                    CountOf(progress.counts.exchanges, "exchange"));
  if (left_ns) {
    words += fmt::format(", {} left", ShortDuration(*left_ns));
  }
  if (const uint64_t dead = progress.counts.dead + progress.counts.blocked; dead > 0) {
    words += fmt::format("; {} given up or held back", CountOf(dead, "mutation"));
  }
  return words + "\n";
}

/// As a recorder's, with what a run has instead of a log.
std::string HealthInJson(const replay::RunProgress& progress, std::optional<int64_t> left_ns,
                         const std::string& run) {
  std::string text;
  JsonAppender json(text);
  json.Open('{');
  json.Bool("healthy", progress.trouble.empty());
  std::string words = HealthInWords(progress, left_ns);
  words.pop_back();
  json.Text("message", EscapeForTerminal(words));
  json.Open("troubles", '[');
  if (!progress.trouble.empty()) {
    json.Open('{');
    json.Text("kind", "target_away");
    json.Text("what", EscapeForTerminal(progress.trouble));
    json.Text("try", "");
    json.Close('}');
  }
  json.Close(']');
  json.Bytes("run", run);
  json.Bool("paused", progress.paused);
  json.Number("exchanges", progress.counts.exchanges);
  json.Number("dead", progress.counts.dead);
  json.Number("blocked", progress.counts.blocked);
  json.Time("at", WallClockNow());
  json.TimeOrNull("position", progress.source_time);
  left_ns ? json.Number("left_ns", *left_ns) : json.Null("left_ns");
  json.Close('}');
  return text + "\n";
}

}  // namespace

telemetry::Reading ReadingOf(const replay::RunProgress& progress, std::optional<int64_t> left_ns,
                             const std::string& run) {
  telemetry::Reading reading;
  Appender add(reading.metrics);
  add("trafrec_build_info", "The version that runs.", 1, {{"version", kVersion}});
  add("trafrec_replay_info", "The run.", 1, {{"run", run}});
  add("trafrec_healthy", "1 if /healthz says that all is well.", progress.trouble.empty());
  AddCounts(progress.counts, add);
  add("trafrec_replay_in_flight", "Requests under way.", progress.moving);
  add("trafrec_replay_concurrency", "Exchanges that may be under way now.", progress.concurrency);
  add("trafrec_replay_held", "Exchanges in the window.", progress.held);
  add("trafrec_replay_passed_over",
      "Exchanges that wait for the source's answer, or for such a one.", progress.passed_over);
  add("trafrec_replay_paused", "1 while the run is paused.", progress.paused);
  add("trafrec_replay_behind_seconds", "How late the next exchange is.",
      Seconds(progress.behind_ns));
  if (progress.source_time != 0) {
    add("trafrec_replay_position_timestamp_seconds", "Where in the log's time the run is.",
        Seconds(progress.source_time));
  }
  AddSourceLag(progress.source_lag, add);
  if (left_ns) {
    add("trafrec_replay_left_seconds", "How long the run still takes.", Seconds(*left_ns));
  }
  std::ranges::move(telemetry::ProcessMetrics(), std::back_inserter(reading.metrics));
  reading.lags = {{"trafrec_replay_send_lag_seconds",
                   "From when a request was due to its first byte.", LagsOf(progress.times.lag)},
                  {"trafrec_replay_latency_seconds",
                   "From a request's last byte to the first one of its answer.",
                   LagsOf(progress.times.latency)},
                  {"trafrec_replay_echo_lag_seconds",
                   "From the source's answer to a sentinel to the target's answer to its echo.",
                   LagsOf(progress.source_lag.spread())}};
  return reading;
}

HttpAnswer AnswerOf(const HttpRequest& request, const replay::RunProgress& progress,
                    std::optional<int64_t> left_ns, const std::string& run) {
  if (request.path == "/metrics") {
    return {.content_type = telemetry::kExpositionType,
            .body = telemetry::Exposition(ReadingOf(progress, left_ns, run))};
  }
  if (request.path == "/healthz") {
    const unsigned status = progress.trouble.empty() ? 200U : kUnavailable;
    if (request.wants_json()) {
      return {.status = status,
              .content_type = telemetry::kJsonType,
              .body = HealthInJson(progress, left_ns, run)};
    }
    return {.status = status, .body = HealthInWords(progress, left_ns)};
  }
  if (request.path == "/") {
    return {.body = fmt::format("trafrec {}, replay into {}\n{}", kVersion, run, kPlaces)};
  }
  return {.status = kNotFound, .body = std::string("there is nothing here; there are\n") + kPlaces};
}

Result<std::unique_ptr<ReplayMetrics>> ReplayMetrics::Open(const std::string& address,
                                                           std::string run) {
  auto socket = telemetry::ListenSocket::Open(address);
  if (!socket) {
    return Fail(socket.error().code, "--metrics: " + socket.error().what, socket.error().remedy);
  }
  return std::unique_ptr<ReplayMetrics>(new ReplayMetrics(std::move(*socket), std::move(run)));
}

Status ReplayMetrics::Start(const replay::Engine& engine, const TimeLeft& left) {
  TRY_ASSIGN(server_, telemetry::HttpServer::Start(
                          std::move(*socket_), [this, &engine, &left](const HttpRequest& request) {
                            const replay::RunProgress progress = engine.progress();
                            return AnswerOf(request, progress, left.Of(progress), run_);
                          }));
  socket_.reset();
  return {};
}

}  // namespace trafrec::tools
