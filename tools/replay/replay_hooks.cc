#include "tools/replay/replay_hooks.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace trafrec::tools {
namespace {

/// Names of marks in the run's ledger.
constexpr const char* kFired = "hook ";
constexpr const char* kCounts = "hook counts";
/// So long the last echo says what the lag is: most sentinels come more often. A run that stands
/// still, or whose source sends no more of them, falls back on its position.
constexpr int64_t kEchoFreshNs = 60 * kNsPerSecond;
/// 100 percent, as HookState counts them.
constexpr double kPercentThousandths = 100'000;

std::map<std::string, std::string> Variables(const std::string& run, const HookState& state) {
  return {{"TRAFREC_RUN", run},
          {"TRAFREC_MUTATIONS", std::to_string(state.mutations)},
          {"TRAFREC_OPERATIONS", std::to_string(state.operations)},
          {"TRAFREC_EXCHANGES", std::to_string(state.exchanges)},
          {"TRAFREC_DEAD", std::to_string(state.dead)},
          {"TRAFREC_RETRIES", std::to_string(state.retries)},
          {"TRAFREC_LAG",
           state.lag_ns ? fmt::format("{:.3f}", static_cast<double>(*state.lag_ns) / 1e9) : ""},
          {"TRAFREC_PERCENT",
           state.percent ? fmt::format("{:.3f}", static_cast<double>(*state.percent) / 1e3) : ""}};
}

}  // namespace

const char* NameOf(HookOutcome::State state) {
  switch (state) {
    case HookOutcome::State::kWaits:
      return "waits";
    case HookOutcome::State::kEarlier:
      return "earlier";
    case HookOutcome::State::kRuns:
      return "runs";
    case HookOutcome::State::kEnded:
      return "ended";
    case HookOutcome::State::kFailed:
      return "failed";
  }
  return "";
}

ReplayHooks::ReplayHooks(Options options, EventLog& events)
    : options_(std::move(options)), events_(events) {
  for (const Hook& hook : options_.hooks) {
    entries_.push_back({.hook = hook, .outcome = {.text = hook.text}});
  }
}

void ReplayHooks::Recall(const std::map<std::string, std::string>& marks) {
  for (Entry& entry : entries_) {
    if (marks.contains(kFired + entry.hook.text)) {
      entry.outcome.state = HookOutcome::State::kEarlier;
    }
  }
  if (const auto counts = marks.find(kCounts); counts != marks.end()) {
    std::istringstream(counts->second) >> earlier_.mutations >> earlier_.operations >>
        earlier_.exchanges >> earlier_.dead >> earlier_.retries;
  }
}

HookState ReplayHooks::StateAt(const replay::RunProgress& progress) const {
  const replay::RunCounts& counts = progress.counts;
  HookState state = earlier_;
  state.mutations += static_cast<int64_t>(counts.mutations);
  state.operations += static_cast<int64_t>(counts.answered + counts.dead + counts.blocked +
                                           counts.unanswered_reads);
  state.exchanges += static_cast<int64_t>(counts.exchanges);
  state.dead += static_cast<int64_t>(counts.dead);
  state.retries += static_cast<int64_t>(counts.retries);
  const auto& echo = progress.source_lag.last();
  if (echo && options_.wall_clock() - echo->at <= kEchoFreshNs) {
    state.lag_ns = std::max<int64_t>(0, echo->ns);
  } else if (options_.follow && progress.through != 0) {
    state.lag_ns = std::max<int64_t>(0, options_.wall_clock() - progress.through);
  } else if (!options_.follow && progress.source_time != 0) {
    state.lag_ns = progress.behind_ns;
  }
  if (const auto share = options_.share ? options_.share(progress) : std::nullopt) {
    // Never more than what is over.
    state.percent = static_cast<int64_t>(*share * kPercentThousandths);
  }
  return state;
}

void ReplayHooks::Look(const replay::RunProgress& progress, const Keep& keep) {
  const HookState state = StateAt(progress);
  for (Entry& entry : entries_) {
    if (entry.process && entry.outcome.state == HookOutcome::State::kRuns) {
      NoteEnd(entry, entry.process->Poll());
    } else if (entry.outcome.state == HookOutcome::State::kWaits &&
               entry.hook.condition.Holds(state)) {
      Fire(entry, state);
      keep(kFired + entry.hook.text, FormatTime(options_.wall_clock()));
    }
  }
  // Also without hooks: a later life may be given some.
  std::string counts = fmt::format("{} {} {} {} {}", state.mutations, state.operations,
                                   state.exchanges, state.dead, state.retries);
  if (counts != kept_) {
    keep(kCounts, counts);
    kept_ = std::move(counts);
  }
}

void ReplayHooks::Fire(Entry& entry, const HookState& state) {
  Result<HookProcess> process =
      HookProcess::Start(entry.hook.command, Variables(options_.run, state));
  if (!process) {
    entry.outcome.state = HookOutcome::State::kFailed;
    events_.Answer(
        {.level = Level::kWarning,
         .name = "hook_failed",
         .message = fmt::format("--on '{}': {}", entry.hook.text, process.error().what)});
    return;
  }
  entry.process = *process;
  entry.outcome.state = HookOutcome::State::kRuns;
}

void ReplayHooks::NoteEnd(Entry& entry, std::optional<int> status) {
  if (!status) {
    return;
  }
  entry.outcome.state = HookOutcome::State::kEnded;
  entry.outcome.status = *status;
  if (*status != 0) {
    events_.Answer({.level = Level::kWarning,
                    .name = "hook_failed",
                    .message = fmt::format("the command of --on '{}' ended with status {}",
                                           entry.hook.text, *status),
                    .remedy = "the run goes on, and does not start it again",
                    .fields = {{"status", int64_t{*status}}}});
  }
}

void ReplayHooks::WaitFor(std::chrono::milliseconds longest) {
  auto end = std::chrono::steady_clock::now() + longest;
  for (Entry& entry : entries_) {
    if (!entry.process || entry.outcome.state != HookOutcome::State::kRuns) {
      continue;
    }
    NoteEnd(entry, entry.process->WaitUntil(end));
    if (entry.outcome.state == HookOutcome::State::kRuns) {
      end = std::chrono::steady_clock::now();
      events_.Answer({.level = Level::kWarning,
                      .name = "hook_runs",
                      .message = fmt::format("the command of --on '{}' still runs (process {})",
                                             entry.hook.text, entry.process->pid()),
                      .remedy = "it is left alone: nobody waits for it any more"});
    }
  }
}

std::vector<HookOutcome> ReplayHooks::outcomes() const {
  std::vector<HookOutcome> outcomes;
  for (const Entry& entry : entries_) {
    outcomes.push_back(entry.outcome);
  }
  return outcomes;
}

}  // namespace trafrec::tools
