#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/stop_event.h"
#include "replay/ledger/ledger.h"
#include "replay/plan/horizon.h"
#include "replay/run/engine.h"
#include "tools/event_log.h"
#include "tools/replay/dry_run.h"
#include "tools/replay/replay_hooks.h"
#include "tools/replay/replay_options.h"
#include "tools/replay/replay_report.h"
#include "tools/replay/time_left.h"

namespace trafrec::tools {

/// One call of `trafrec replay`: opens what it needs, plans on a thread of its own, sends on the
/// caller's.
class ReplaySession {
 public:
  /// The log, its dialect, edits and targets. Nothing is sent or written yet.
  static Result<std::unique_ptr<ReplaySession>> Open(const ReplayOptions& options);

  /// Prints what would be sent. How many operations, the digest, and what would not be sent: a line
  /// each.
  Result<std::vector<std::string>> DryRunTo(Output& out);

  /// Why there was nothing to send; "": there was something. After one of the two.
  std::string WhyNothing() const;

  /// Begins or resumes the run, and sends.
  Result<ReplayReport> Send(EventLog& events);

 private:
  /// How often a growing log is looked at.
  static constexpr std::chrono::milliseconds kLookAgain{200};

  explicit ReplaySession(const ReplayOptions& options) : options_(options) {}
  Status OpenLog();
  Result<ReplayReport> SendAll(EventLog& events);
  Status RefuseLoops(plan::PlanOptions& plan) const;
  Status AwaitSomething();
  Status OpenOverlay();
  std::vector<std::string> TargetNames() const;
  Result<ledger::RunFacts> Facts() const;
  Status CheckTargets() const;
  Status RecallRun();
  Result<uint64_t> OmitSettled(plan::PlannedExchange& exchange) const;
  std::unexpected<Error> NotExplained(const store::OperationAddress& at) const;
  Status RefuseRunInLog() const;
  Status OpenRun();
  class Planning;
  Status Plan(std::optional<TimeNs> since, replay::Engine& engine, const std::atomic<bool>& stop,
              EventLog& events);
  Status PlanGrowingLog(std::optional<TimeNs> since, replay::Engine& engine,
                        const std::atomic<bool>& stop, EventLog& events);
  Status RefuseUnknownClock(const std::vector<store::AttemptProgress>& attempts) const;
  void TellOfRecorders(const plan::Recorders& recorders, std::string& told, EventLog& events) const;
  Result<std::optional<TimeNs>> Since();
  Status RecallPassedOver();
  Result<ReplayHooks> Hooks(EventLog& events) const;
  /// Of a search engine: nothing if something was left over.
  Result<std::optional<census::Comparison>> Documents(const replay::Engine& engine) const;
  ReplayReport Report(const replay::Engine& engine, const ReplayHooks& hooks) const;

  const ReplayOptions& options_;
  StopEvent stop_;  ///< of the planner: nobody waits for what it does
  std::unique_ptr<store::LogReader> log_;
  std::string log_id_;
  const dialect::Dialect* dialect_ = nullptr;
  std::optional<edit::Editor> editor_;
  std::optional<edit::Sampler> sampler_;
  std::vector<send::Target> targets_;
  replay::EngineOptions engine_options_;
  std::unique_ptr<store::OverlayReader> overlay_;
  std::string overlay_digest_;
  std::string clocks_assumed_;  ///< why the error of the recorders' clocks is; "": it was measured
  bool clocks_unknown_later_ = false;  ///< nothing is known of a second recorder's clock
  std::unique_ptr<plan::Planner> planner_;
  std::unique_ptr<ledger::LedgerWriter> ledger_;  ///< of all of the log
  std::unique_ptr<ledger::LedgerReader> memory_;
  std::unique_ptr<replay::ResultLog> results_;
  std::optional<replay::EchoSigner> echoes_;
  std::optional<TimeLeft> left_;
  bool resumed_ = false;
  std::optional<uint64_t> resume_limit_;  ///< exchanges that were not over before
  uint64_t killed_ = 0;                   ///< lives of the run before this one
};

}  // namespace trafrec::tools
