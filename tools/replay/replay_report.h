#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replay/census/comparison.h"
#include "replay/edit/editor.h"
#include "replay/ledger/records.h"
#include "replay/plan/planner.h"
#include "replay/run/engine.h"
#include "tools/replay/calibrator.h"
#include "tools/replay/replay_hooks.h"
#include "tools/terminal.h"

namespace trafrec::tools {

/// Of each reason for which something is not sent the first exchanges.
using OmittedIds = std::map<plan::Omission, std::vector<std::string>>;

/// What is over of a run in all its lives, by its ledger.
struct WholeRun {
  ledger::StateCounts mutations{};
  uint64_t reads = 0;  ///< operations
  /// What was to be over. Nothing: the run was begun by a version that did not count.
  std::optional<plan::Tally> planned{};
  uint64_t refused = 0;  ///< mutations that the source carried out, and the target refused

  uint64_t over() const { return reads + mutations.answered + mutations.dead + mutations.blocked; }
  uint64_t sent() const { return reads + mutations.answered; }
  uint64_t dead() const { return mutations.dead + mutations.blocked; }
  /// What was selected was sent, or left out by rule, or is dead.
  bool Adds() const {
    return !planned || (over() + planned->dropped == planned->selected &&
                        mutations.in_doubt + mutations.redriven == 0);
  }
};

/// Of those that a line names, so many.
inline constexpr size_t kIdsShown = 3;

/// What a run, or a part of one, came to.
struct ReplayReport {
  std::string run;
  std::string dialect;
  std::string resume{};  ///< the command that goes on with it
  bool resumed = false;
  bool stopped = false;  ///< somebody asked for it
  bool limited = false;  ///< a run that went on to a limit: what lies behind may be sent already
  plan::PlanCounts plan{};
  replay::RunProgress progress{};
  uint64_t digest = 0;
  uint64_t outcome_digest = 0;  ///< over mutations: operation and class of outcome
  uint64_t unordered = 0;
  uint64_t killed = 0;           ///< earlier lives that ended so
  std::string clocks_assumed{};  ///< why the recorders' clocks are; "": they were compared
  std::vector<edit::RuleCount> rules{};
  std::vector<plan::ByQueryWatch::Doubtful> doubtful{};
  OmittedIds omitted{};
  std::map<std::string, uint64_t> unknown_paths{};
  std::map<std::string, uint64_t> withheld_fields{};
  std::vector<HookOutcome> hooks{};
  std::vector<CalibratedSide> calibration{};  ///< of --calibrate
  /// Nothing: the run is not over, or its target is no search engine.
  std::optional<census::Comparison> documents{};
  WholeRun whole{};
  double seconds = 0;
  double log_seconds = 0;  ///< of the log, that were sent
  bool paced = false;

  /// Operations that earlier lives of the run settled.
  uint64_t Earlier() const;
  /// Everything that was selected was sent, or left out on purpose.
  bool Adds() const;
  /// Somebody has to look at something.
  bool clean() const;
};

/// A line for each reason: how many operations are not sent, why, and which.
std::vector<std::string> OmittedInWords(const plan::PlanCounts& counts, const OmittedIds& ids);
/// "that the overlay drops"; "" if `ids` do not have the exchange.
std::string_view WhyOmitted(const std::string& id, const OmittedIds& ids);
std::string ReportInWords(const ReplayReport& report, const Paint& paint);
std::string ReportAsJson(const ReplayReport& report);

}  // namespace trafrec::tools
