// The part of a session that sends nothing: what would be sent, and why in that order.

#include <fmt/format.h>

#include <asio/io_context.hpp>

#include "replay/ledger/ledger_file.h"
#include "replay/ledger/run_lock.h"
#include "replay/ledger/sqlite_ledger.h"
#include "replay/send/sender.h"
#include "store/reader/exchange_id.h"
#include "tools/replay/replay_session.h"
#include "tools/replay/run_signals.h"
#include "tools/shell_quote.h"
#include "tools/units.h"

namespace trafrec::tools {

/// Secrets, keys and certificates, of which a run would say that they cannot be used.
Status ReplaySession::CheckTargets() const {
  asio::io_context loop(1);
  TRY(send::Sender::Make(loop, targets_));
  return {};
}

/// Looks at the run that is to go on, beside whoever writes it.
Status ReplaySession::RecallRun() {
  if (!options_.resume || !ledger::HasLedger(options_.run)) {
    return {};
  }
  TRY_ASSIGN(memory_, ledger::OpenLedgerReader(options_.run));
  TRY_ASSIGN(const ledger::RunFacts then, memory_->Facts());
  TRY_ASSIGN(const ledger::RunFacts now, Facts());
  TRY(ledger::RequireSameRun(options_.run, then, now));
  resumed_ = true;
  return RecallPassedOver();
}

/// Leaves out what an earlier life of the run settled, as the engine would. How many operations.
Result<uint64_t> ReplaySession::OmitSettled(plan::PlannedExchange& exchange) const {
  TRY_ASSIGN(const bool done, memory_->IsDone(exchange.id));
  TRY_ASSIGN(const auto states, memory_->StatesOf(exchange.id));
  uint64_t settled = 0;
  for (size_t i = 0; i < exchange.operations.size(); ++i) {
    plan::Omission& omission = exchange.operations[i].omission;
    const auto state = std::ranges::find(states, exchange.meaning.operations[i].item,
                                         &std::pair<uint32_t, ledger::State>::first);
    const bool over = done || (state != states.end() && state->second != ledger::State::kIntended &&
                               state->second != ledger::State::kRedriven);
    if (over && omission == plan::Omission::kNone) {
      omission = plan::Omission::kNotSelected;
      ++settled;
    }
  }
  return settled;
}

std::unexpected<Error> ReplaySession::NotExplained(const store::OperationAddress& at) const {
  const std::string id = store::FormatExchangeId(at.exchange);
  const std::string_view why = WhyOmitted(id, planner_->examples());
  return Fail(ErrorCode::kNotFound,
              fmt::format("{} is not sent{}{}", FormatAddress(at),
                          why.empty() ? "" : ": it is one of those ", why),
              fmt::format("trafrec replay {} --to URL --dry-run says what is",
                          ShellQuoted(options_.log.log())));
}

std::string ReplaySession::WhyNothing() const {
  const plan::PlanCounts counts = planner_->counts();
  if (counts.operations > 0 || resumed_ || options_.follow) {
    return "";
  }
  if (counts.read > 0) {
    return fmt::format("nothing is selected: {} read, and --only, --index and --sample leave none",
                       CountOf(counts.read, "exchange"));
  }
  return options_.filters.any() ? "nothing is selected: no exchange of the log meets the "
                                  "conditions; trafrec show with "
                                  "the same ones lists those that do"
                                : "the log holds no exchange";
}

Result<std::vector<std::string>> ReplaySession::DryRunTo(Output& out) {
  std::optional<store::OperationAddress> explain;
  std::vector<std::string> notes;
  if (!options_.explain.empty()) {
    TRY_ASSIGN(explain, store::ParseAddress(options_.explain));
    if (!planner_->LookForPhantoms()) {
      notes.emplace_back(
          "mutations of which the log does not show what became are taken for sent here "
          "(--phantoms "
          "drop leaves them out; a run without --overlay wants one of both)");
    }
    planner_->SendPhantoms();
  } else {
    TRY(CheckTargets());
    TRY(RecallRun());
  }
  DryRun dry_run({.order = {.window = engine_options_.window,
                            .clock_error_ns = engine_options_.clock_error_ns,
                            .one_clock = engine_options_.one_clock},
                  .speed = engine_options_.speed,
                  .idle_max_ns = engine_options_.idle_max_ns,
                  .targets = TargetNames(),
                  .explain = explain,
                  .json = options_.json},
                 out);
  const RunSignals signals(&stop_);
  TRY_ASSIGN(const std::optional<TimeNs> since, Since());
  uint64_t settled = 0;
  uint64_t taken = 0;
  const Status planned = planner_->Plan(
      since, std::nullopt, [&](std::unique_ptr<plan::PlannedExchange> exchange) -> Result<bool> {
        if (resumed_) {
          TRY_ASSIGN(const uint64_t of_this, OmitSettled(*exchange));
          settled += of_this;
        }
        if (resume_limit_ && plan::IsSent(*exchange) && ++taken > *resume_limit_) {
          return false;
        }
        return dry_run.Add(*exchange) && !stop_.is_set();
      });
  if (stop_.is_set()) {
    return Fail(ErrorCode::kInterrupted, "interrupted: that is not all that would be sent");
  }
  TRY(planned);
  dry_run.Finish();
  if (explain) {
    if (!dry_run.explained()) {
      TRY(log_->Find(store::FormatExchangeId(explain->exchange)));
      return NotExplained(*explain);
    }
    return notes;
  }
  notes.push_back(fmt::format(
      "{}{}, order digest {:016x}{}", CountOf(dry_run.operations(), "operation"),
      resumed_ ? " left of the run" : "", dry_run.digest(), resumed_ ? " of what was left" : ""));
  for (const std::string& line : OmittedInWords(planner_->counts(), planner_->examples())) {
    notes.push_back("not sent: " + line);
  }
  if (!clocks_assumed_.empty()) {
    notes.push_back(clocks_assumed_);
  }
  if (std::string why = WhyNothing(); !why.empty()) {
    notes.push_back(std::move(why));
  }
  return notes;
}

}  // namespace trafrec::tools
