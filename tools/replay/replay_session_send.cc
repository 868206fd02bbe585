// The part of a session that runs: what is planned, sent, shown, and said at the end.

#include <fmt/format.h>

#include <algorithm>
#include <asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "replay/census/census.h"
#include "replay/plan/horizon.h"
#include "replay/plan/limits.h"
#include "tools/replay/replay_control.h"
#include "tools/replay/replay_metrics.h"
#include "tools/replay/replay_progress.h"
#include "tools/replay/replay_session.h"

namespace trafrec::tools {
namespace {

using std::chrono::steady_clock;

/// How long commands of --on may go on when the run is over.
constexpr auto kHookPatience = std::chrono::seconds(30);
/// How often a growing log is looked at.
constexpr auto kLookAgain = std::chrono::milliseconds(200);

void TellOf(const ReplayMetrics& metrics, EventLog& events) {
  events.Write({.name = "metrics",
                .message = fmt::format("metrics on http://{}/metrics", metrics.address()),
                .fields = {{"address", metrics.address()}}});
}

}  // namespace

/// Where planning begins: at what may not be over.
Result<std::optional<TimeNs>> ReplaySession::Since() const {
  if (!resumed_) {
    return std::nullopt;
  }
  TRY_ASSIGN(const auto position, memory_->ReadPosition(ledger_->range()));
  if (!position) {
    return std::nullopt;
  }
  TimeNs since = position->began_at;
  TRY_ASSIGN(const auto redriven,
             memory_->Letters({.states = {ledger::State::kRedriven}, .limit = 1}));
  if (!redriven.empty()) {
    since = std::min(since, redriven.front().began_at);
  }
  return since;
}

/// What the position does not say.
Status ReplaySession::RecallPassedOver() {
  TRY_ASSIGN(std::vector<ledger::PassedOver> known, memory_->AllPassedOver());
  std::vector<plan::PassedOver> passed_over;
  for (ledger::PassedOver& each : known) {
    passed_over.push_back({std::move(each.exchange), each.began_at, std::move(each.items)});
  }
  planner_->Recall(std::move(passed_over));
  return {};
}

/// On the planner's thread: it must not touch the ledger's memory, which is the loop's.
Status ReplaySession::Plan(std::optional<TimeNs> since, replay::Engine& engine,
                           const std::atomic<bool>& stop) {
  if (options_.follow) {
    return PlanGrowingLog(since, engine, stop);
  }
  return planner_->Plan(since, std::nullopt, [&](plan::PlannedExchange exchange) -> Result<bool> {
    left_->NotePlanned(planner_->counts().read);
    return engine.Offer(std::move(exchange));
  });
}

/// As far as the outcomes of all that was sent to the source are known, or have been waited for
/// long enough, again and again.
Status ReplaySession::PlanGrowingLog(std::optional<TimeNs> since, replay::Engine& engine,
                                     const std::atomic<bool>& stop) {
  TRY_ASSIGN(const int64_t patience_ms, options_.FollowPatienceMs());
  bool go_on = true;
  while (go_on && !stop) {
    TRY_ASSIGN(const std::vector<store::AttemptInfo> attempts, log_->Attempts());
    planner_->Await(plan::RunningAmong(attempts));
    const bool full = planner_->passed_over() >= plan::limits::kPassedOver;
    const std::optional<TimeNs> through = plan::HorizonOf(
        attempts, full ? std::nullopt : std::optional(patience_ms * kNsPerMs), since);
    if (!through || !since || *through > *since) {
      TRY(planner_->Plan(since, through, [&](plan::PlannedExchange exchange) -> Result<bool> {
        go_on = engine.Offer(std::move(exchange));
        return go_on;
      }));
      if (through) {
        engine.Advance(*through);
        since = through;
      }
    }
    if (!through) {
      return {};
    }
    std::this_thread::sleep_for(kLookAgain);
  }
  return {};
}

Result<ReplayHooks> ReplaySession::Hooks(EventLog& events) const {
  TRY_ASSIGN(std::vector<Hook> hooks, options_.Hooks());
  TRY_ASSIGN(const auto marks, memory_->Marks());
  ReplayHooks all(
      {.hooks = std::move(hooks),
       .run = options_.run,
       .follow = options_.follow,
       .share = [this](const replay::RunProgress& progress) { return left_->OverOf(progress); }},
      events);
  all.Recall(marks);
  return all;
}

Result<std::optional<census::Comparison>> ReplaySession::Documents(
    const replay::Engine& engine) const {
  if (engine.stopped() || dialect_ != &dialect::SearchDialect()) {
    return std::nullopt;
  }
  return census::CountAtEnd(targets_, *memory_);
}

ReplayReport ReplaySession::Report(const replay::Engine& engine, const ReplayHooks& hooks) const {
  return {.run = options_.run,
          .dialect = std::string(dialect_->name()),
          .resumed = resumed_,
          .stopped = engine.stopped(),
          .plan = planner_->counts(),
          .progress = engine.progress(),
          .digest = engine.digest(),
          .outcome_digest = engine.outcome_digest(),
          .unordered = engine.unordered(),
          .rules = editor_->rules(),
          .doubtful = planner_->by_queries().examples(),
          .omitted = planner_->examples(),
          .unknown_paths = planner_->unknown_paths(),
          .withheld_fields = planner_->withheld_fields(),
          .hooks = hooks.outcomes(),
          .paced = engine_options_.speed.kind != pace::Speed::Kind::kMax};
}

Result<ReplayReport> ReplaySession::Send(EventLog& events) {
  std::unique_ptr<ReplayMetrics> bound;
  if (!options_.metrics.empty()) {
    TRY_ASSIGN(bound, ReplayMetrics::Open(options_.metrics, options_.run));
  }
  if (!options_.follow) {
    TRY(planner_->LookForPhantoms());
  }
  asio::io_context loop(1);
  TRY_ASSIGN(const auto sender, send::Sender::Make(loop, targets_));
  TRY(OpenRun());
  if (dialect_ == &dialect::SearchDialect()) {
    TRY(census::CountAtStart(targets_, *ledger_, *memory_));
  }
  const guard::Guard& guard =
      dialect_ == &dialect::SearchDialect() ? guard::SearchGuard() : guard::HttpGuard();
  replay::Engine engine({.loop = loop,
                         .sender = *sender,
                         .guard = guard,
                         .dialect = *dialect_,
                         .ledger = *ledger_,
                         .memory = *memory_,
                         .results = *results_,
                         .target_names = TargetNames(),
                         .echoes = echoes_ ? &*echoes_ : nullptr},
                        engine_options_);
  std::atomic<bool> stop{false};
  asio::signal_set signals(loop, SIGINT, SIGTERM);
  std::function<void()> listen = [&] {
    signals.async_wait([&](const asio::error_code& error, int) {
      if (!error) {
        stop = true;
        engine.Stop();
        listen();
      }
    });
  };
  listen();
  TRY_ASSIGN(const std::optional<TimeNs> since, Since());
  TRY(RecallPassedOver());
  LogSpan span;
  if (!options_.follow) {
    TRY_ASSIGN(span, SpanOf(*log_, options_.filters, since));
  }
  left_.emplace(span);
  ReplayProgress shown(events, *left_, options_.quiet || options_.json);
  TRY_ASSIGN(ReplayHooks hooks, Hooks(events));
  engine.OnTick([&](const replay::RunProgress& progress) {
    shown.Show(progress);
    hooks.Look(progress, [&](const std::string& name, const std::string& value) {
      engine.KeepMark(name, value);
    });
  });
  TRY_ASSIGN(const auto control, ReplayControl::Start(options_.run, engine, *left_));

  // Its thread looks at the engine: it ends before that does.
  const std::unique_ptr<ReplayMetrics> metrics = std::move(bound);
  if (metrics) {
    TRY(metrics->Start(engine, *left_));
    TellOf(*metrics, events);
  }

  std::unique_ptr<Calibrator> calibrator;
  if (options_.calibrates()) {
    TRY_ASSIGN(calibrator, Calibrator::Start(options_.run, targets_, options_.calibrate_source));
  }
  const auto began = steady_clock::now();
  std::thread planning([&] { engine.EndOfPlan(Plan(since, engine, stop)); });
  const Status ran = engine.Run();
  stop = true;
  planning.join();
  control->Stop();
  shown.End();
  const Result<store::LogWriterSummary> closed = results_->Close();
  hooks.WaitFor(kHookPatience);
  TRY(ran);
  TRY(closed);

  ReplayReport report = Report(engine, hooks);
  report.calibration = calibrator ? calibrator->Stop() : std::vector<CalibratedSide>();
  report.seconds = std::chrono::duration<double>(steady_clock::now() - began).count();
  TRY_ASSIGN(report.documents, Documents(engine));
  return report;
}

}  // namespace trafrec::tools
