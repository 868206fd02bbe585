#include "tools/replay/replay_control.h"

#include <fmt/format.h>

#include <utility>

#include "store/files/log_layout.h"
#include "tools/units.h"

namespace trafrec::tools {

using control::Json;

namespace {

Json SourceLagAsJson(const replay::SourceLag& lag) {
  return Json{{"echoes", lag.spread().count()},
              {"unanswered", lag.unanswered()},
              {"last_ns", lag.last() ? Json(lag.last()->ns) : Json(nullptr)},
              {"last_at_ns", lag.last() ? Json(lag.last()->at) : Json(nullptr)},
              {"p50_ns", lag.spread().Quantile(0.5)},
              {"p99_ns", lag.spread().Quantile(0.99)},
              {"most_ns", lag.spread().greatest()}};
}

}  // namespace

Result<std::unique_ptr<ReplayControl>> ReplayControl::Start(const std::string& run,
                                                            replay::Engine& engine,
                                                            const TimeLeft& left) {
  TRY_ASSIGN(const store::LogIdentity identity, store::ReadLogIdentity(run));
  TRY_ASSIGN(auto server, control::Server::Bind("replay-" + identity.log_id.substr(0, 12)));
  std::unique_ptr<ReplayControl> control(new ReplayControl(run, engine, left, std::move(server)));
  TRY(control::WriteControlFile(control->folder_, control->file_));
  control->server_->Serve(
      [raw = control.get()](const Json& request) { return raw->Answer(request); });
  return control;
}

ReplayControl::ReplayControl(std::string run, replay::Engine& engine, const TimeLeft& left,
                             std::unique_ptr<control::Server> server)
    : run_(std::move(run)),
      engine_(engine),
      left_(left),
      folder_(std::filesystem::path(run_) / "replay"),
      file_(control::ThisProcess(server->path().string())),
      server_(std::move(server)) {}

void ReplayControl::Stop() {
  file_.ended = WallClockNow();
  file_.summary = "sent " + CountOf(engine_.progress().counts.exchanges, "exchange");
  // Whoever asks later learns less; the run is whole without it.
  static_cast<void>(control::WriteControlFile(folder_, file_));
  server_->Stop();
}

Result<Json> ReplayControl::Answer(const Json& request) {
  const std::string command = control::TextOf(request, "command");
  if (command == "status") {
    return Status();
  }
  if (command == "pause" || command == "resume") {
    engine_.Pause(command == "pause");
    return Json{{"paused", command == "pause"}};
  }
  if (command == "stop") {
    engine_.Stop();
    return Json{{"log", run_}};
  }
  if (command == "speed") {
    TRY_ASSIGN(const pace::Speed speed, pace::ParseSpeed(control::TextOf(request, "speed")));
    engine_.SetSpeed(speed);
    return Json{{"speed", pace::FormatSpeed(speed)}};
  }
  if (command == "seek") {
    const int64_t time = control::NumberOf(request, "time_ns");
    const TimeNs at = engine_.progress().now_time;
    if (at > time) {
      return Fail(
          ErrorCode::kUsage,
          fmt::format("the run is at {} already, past {}", FormatTime(at), FormatTime(time)),
          "seek goes forward only; trafrec replay --since TIME with a new --run begins there");
    }
    engine_.Seek(time);
    return Json{{"time", FormatTime(time)}};
  }
  return Fail(ErrorCode::kUsage, "a replay knows no command '" + command + "'",
              "status, pause, resume, speed, seek or stop");
}

Json ReplayControl::Status() const {
  const replay::RunProgress progress = engine_.progress();
  const replay::RunCounts& counts = progress.counts;
  const std::optional<int64_t> left = left_.Of(progress);
  return Json{{"kind", "replay"},
              {"recorder", "replay"},
              {"log", run_},
              {"pid", file_.process},
              {"started_ns", file_.started},
              {"at_ns", WallClockNow()},
              {"exchanges", counts.exchanges},
              {"requests", counts.requests},
              {"sent_bytes", counts.sent_bytes},
              {"received_bytes", counts.received_bytes},
              {"answered", counts.answered},
              {"mutations", counts.mutations},
              {"as_source", counts.as_source},
              {"otherwise", counts.otherwise},
              {"dead", counts.dead},
              {"blocked", counts.blocked},
              {"retries", counts.retries},
              {"throttled", counts.throttled},
              {"held", progress.held},
              {"moving", progress.moving},
              {"passed_over", progress.passed_over},
              {"concurrency", progress.concurrency},
              {"source_time_ns", progress.source_time},
              {"behind_ns", progress.behind_ns},
              {"left_ns", left ? Json(*left) : Json(nullptr)},
              {"source_lag", SourceLagAsJson(progress.source_lag)},
              {"lag_p99_ns", progress.times.lag.Quantile(0.99)},
              {"latency_p50_ns", progress.times.latency.Quantile(0.5)},
              {"latency_p99_ns", progress.times.latency.Quantile(0.99)},
              {"speed", pace::FormatSpeed(progress.speed)},
              {"paused", progress.paused},
              {"trouble", progress.trouble}};
}

}  // namespace trafrec::tools
