// The part of a session that runs: what is planned, sent, shown, and said at the end.

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <future>
#include <thread>

#include "replay/census/census.h"
#include "replay/ledger/sqlite_ledger.h"
#include "replay/plan/horizon.h"
#include "replay/plan/limits.h"
#include "tools/console.h"
#include "tools/exit_code.h"
#include "tools/replay/replay_control.h"
#include "tools/replay/replay_metrics.h"
#include "tools/replay/replay_progress.h"
#include "tools/replay/replay_remedy.h"
#include "tools/replay/replay_session.h"
#include "tools/replay/run_signals.h"
#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

using std::chrono::steady_clock;

/// How long commands of --on may go on when the run is over.
constexpr auto kHookPatience = std::chrono::seconds(30);
/// How long the planner may take to end when the run is over. What it does is stopped at once, but
/// for one instruction of jq and one step of SQLite, which end when they end.
constexpr auto kPlanPatience = std::chrono::seconds(5);
/// How often it is looked whether somebody does not wait any more.
constexpr auto kLookForSignals = std::chrono::milliseconds(50);

void TellOf(const ReplayMetrics& metrics, EventLog& events) {
  events.Write({.name = "metrics",
                .message = fmt::format("metrics on http://{}/metrics", metrics.address()),
                .fields = {{"address", metrics.address()}}});
}

/// Ends a process whose planner does not end. The run is whole: what was sent is in the ledger, and
/// the results are sealed.
[[noreturn]] void Leave(const Status& ran, bool stopped, bool json, EventLog& events) {
  events.Answer({.level = Level::kWarning,
                 .name = "plan_hangs",
                 .message = "what makes the plan (jq, --where) does not end; it is left behind",
                 .remedy = "the run is whole: --resume goes on with it"});
  ExitCode code = stopped ? ExitCode::kInterrupted : ExitCode::kFailed;
  if (!ran) {
    PrintError(ran.error(), json);
    code = ExitCodeOf(ran.error());
  }
  _exit(static_cast<int>(code));
}

}  // namespace

/// The thread that plans.
class ReplaySession::Planning {
 public:
  template <typename Work>
  explicit Planning(Work work)
      : thread_([this, work = std::move(work)] {
          work();
          over_.set_value();
        }) {}

  /// False: it did not end in time, and somebody is gone who would have waited.
  bool End() {
    const auto until = steady_clock::now() + kPlanPatience;
    const int signals = RunSignals::count();
    std::future<void> over = over_.get_future();
    while (over.wait_for(kLookForSignals) != std::future_status::ready) {
      if (steady_clock::now() >= until || RunSignals::count() > signals) {
        return false;
      }
    }
    thread_.join();
    return true;
  }

 private:
  std::promise<void> over_;  // before the thread, which uses it
  std::thread thread_;
};

/// Where planning begins: at what may not be over.
Result<std::optional<TimeNs>> ReplaySession::Since() {
  if (!resumed_) {
    return std::nullopt;
  }
  TRY_ASSIGN(const auto position, memory_->ReadPosition({}));
  if (!position) {
    return std::nullopt;
  }
  planner_->CountFrom(position->began_at);
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
                           const std::atomic<bool>& stop, EventLog& events) {
  if (options_.follow) {
    return PlanGrowingLog(since, engine, stop, events);
  }
  // With a reader of its own, because the loop has the other one.
  std::unique_ptr<ledger::LedgerReader> known;
  if (resume_limit_) {
    TRY_ASSIGN(known, ledger::OpenLedgerReader(options_.run));
  }
  uint64_t taken = 0;
  return planner_->Plan(since, std::nullopt,
                        [&](std::unique_ptr<plan::PlannedExchange> exchange) -> Result<bool> {
                          if (resume_limit_) {
                            TRY_ASSIGN(const bool done, known->IsDone(exchange->id));
                            if (!done && ++taken > *resume_limit_) {
                              return false;
                            }
                          }
                          left_->NotePlanned(planner_->counts().read);
                          return engine.Offer(std::move(exchange));
                        });
}

void ReplaySession::TellOfRecorders(const plan::Recorders& recorders, std::string& told,
                                    EventLog& events) const {
  std::string line;
  if (recorders.none) {
    line = "the log has no recorder yet: waiting for one (Ctrl-C ends this)";
  } else if (recorders.ended) {
    line = "all recorders of the log have ended in good order: so does this run";
  } else if (!recorders.gone.empty()) {
    line = fmt::format("recorder {} died: waiting for it to start again (Ctrl-C ends this)",
                       recorders.gone);
  }
  if (!line.empty() && line != told && !options_.quiet) {
    events.Answer({.name = "recorders",
                   .message = EscapeForTerminal(line),
                   .fields = {{"recorder", recorders.gone}}});
  }
  told = line;
}

/// What was planned of the first recorder cannot be put in order with a second one's any more.
Status ReplaySession::RefuseUnknownClock(
    const std::vector<store::AttemptProgress>& attempts) const {
  const auto other = std::ranges::find_if(attempts, [&](const store::AttemptProgress& attempt) {
    return attempt.recorder != attempts.front().recorder;
  });
  return !clocks_unknown_later_ || other == attempts.end()
             ? Status()
             : Fail(ErrorCode::kInUse,
                    fmt::format("recorder '{}' began in the log after the replay did, and nobody "
                                "has compared its clock with that of '{}'",
                                other->recorder, attempts.front().recorder),
                    "--resume goes on, and compares them; --clock-error DURATION says how far they "
                    "may be apart, and lets a run begin before its recorders");
}

/// As far as the outcomes of all that was sent to the source are known, or have been waited for
/// long enough, again and again. Where nobody records, all that is there; and that is the end when
/// all recorders said that it is.
Status ReplaySession::PlanGrowingLog(std::optional<TimeNs> since, replay::Engine& engine,
                                     const std::atomic<bool>& stop, EventLog& events) {
  TRY_ASSIGN(const int64_t patience_ms, options_.FollowPatienceMs());
  bool go_on = true;
  std::string told;
  while (go_on && !stop) {
    TRY_ASSIGN(const std::vector<store::AttemptProgress> attempts, log_->Progress());
    const plan::Recorders recorders = plan::RecordersOf(attempts);
    TRY(RefuseUnknownClock(attempts));
    TellOfRecorders(recorders, told, events);
    planner_->Await(plan::RunningAmong(attempts));
    const bool full = planner_->passed_over() >= plan::limits::kPassedOver;
    std::optional<TimeNs> through = plan::HorizonOf(
        attempts, full ? std::nullopt : std::optional(patience_ms * kNsPerMs), since);
    if (!through && !recorders.ended) {
      through = plan::EndOf(attempts);
    }
    if (!through || !since || *through > *since) {
      TRY(planner_->Plan(since, through,
                         [&](std::unique_ptr<plan::PlannedExchange> exchange) -> Result<bool> {
                           go_on = engine.Offer(std::move(exchange));
                           return go_on;
                         }));
      if (through) {
        // Of several recorders the others may not have come so far.
        since = std::max(since.value_or(0), std::min(*through, log_->given_through()));
        engine.Advance(*since);
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
          .resume = ResumeCommand(options_),
          .resumed = resumed_,
          .stopped = engine.stopped(),
          .limited = resume_limit_.has_value(),
          .plan = planner_->counts(),
          .progress = engine.progress(),
          .digest = engine.digest(),
          .outcome_digest = engine.outcome_digest(),
          .unordered = engine.unordered(),
          .killed = killed_,
          .clocks_assumed = clocks_assumed_,
          .rules = editor_->rules(),
          .doubtful = planner_->by_queries().examples(),
          .omitted = planner_->examples(),
          .unknown_paths = planner_->unknown_paths(),
          .withheld_fields = planner_->withheld_fields(),
          .hooks = hooks.outcomes(),
          .paced = engine_options_.speed.kind != pace::Speed::Kind::kMax};
}

Result<ReplayReport> ReplaySession::Send(EventLog& events) {
  Result<ReplayReport> report = SendAll(events);
  if (!report) {
    return std::unexpected(WithRemedy(std::move(report).error(), options_));
  }
  return report;
}

Result<ReplayReport> ReplaySession::SendAll(EventLog& events) {
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
  RunSignals signals;
  asio::posix::stream_descriptor asked(loop, dup(signals.fd()));
  std::function<void()> listen = [&] {
    asked.async_wait(asio::posix::stream_descriptor::wait_read, [&](const asio::error_code& error) {
      if (!error) {
        if (!stop.exchange(true) && !options_.quiet) {
          events.Answer({.name = "stopping",
                         .message = "stopping: the answers that are due are waited for; another "
                                    "Ctrl-C ends it at once"});
        }
        for (uint64_t came = signals.Take(); came > 0; --came) {
          engine.Stop();
        }
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
  Planning planning([&] { engine.EndOfPlan(Plan(since, engine, stop, events)); });
  signals.SetSending(true);
  const Status ran = engine.Run();
  const std::chrono::duration<double> took = steady_clock::now() - began;
  stop = true;
  stop_.Set();
  const bool planned = planning.End();
  control->Stop();
  shown.End();
  const Result<store::LogWriterSummary> closed = results_->Close();
  if (!planned) {
    Leave(ran ? ran : std::unexpected(WithRemedy(ran.error(), options_)), engine.stopped(),
          options_.json, events);
  }
  hooks.WaitFor(kHookPatience);
  signals.SetSending(false);
  TRY(ran);
  TRY(closed);

  ReplayReport report = Report(engine, hooks);
  report.calibration = calibrator ? calibrator->Stop() : std::vector<CalibratedSide>();
  report.seconds = took.count();
  TRY_ASSIGN(report.documents, Documents(engine));
  TRY_ASSIGN(report.whole.mutations, memory_->CountStates());
  TRY_ASSIGN(auto counters, memory_->Counters());
  report.whole.reads = static_cast<uint64_t>(counters[replay::RunCounts::kReads]);
  report.whole.refused = static_cast<uint64_t>(counters[replay::RunCounts::kRefused]);
  report.whole.planned = engine.WholeTally(counters, planner_->tally());
  return report;
}

}  // namespace trafrec::tools
