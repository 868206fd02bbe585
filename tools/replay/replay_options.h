#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "replay/edit/editor.h"
#include "replay/edit/sampling.h"
#include "replay/plan/planner.h"
#include "replay/run/engine_options.h"
#include "replay/send/target.h"
#include "tools/cli.h"
#include "tools/filter_options.h"
#include "tools/log_options.h"
#include "tools/option_set.h"
#include "tools/replay/echo_options.h"
#include "tools/replay/hook_condition.h"
#include "tools/server_access.h"

namespace trafrec::tools {

/// The options of `trafrec replay`.
struct ReplayOptions {
  static constexpr const char* kWhole = "100%";  ///< --sample where nobody says

  LogOptions log;
  FilterOptions filters;
  std::string to;
  std::string edits;
  std::vector<std::string> transforms;
  std::string overlay;
  std::string run;
  bool resume = false;
  bool fresh = false;
  bool dry_run = false;
  std::string explain;
  bool follow = false;
  std::string follow_patience;
  std::string dialect = "auto";

  std::string speed = "1x";
  std::string idle_max;
  std::string order = "causal";
  std::string clock_error;
  std::string refresh_before = "by-query";
  int concurrency = 256;
  int connections = 64;

  std::string only = "all";
  std::vector<std::string> indices;
  std::string sample{kWhole};
  std::string sample_by = "connection";
  std::string phantoms = "stop";
  std::string on_dead = "stop-key";
  bool send_incomplete = false;
  bool allow_source = false;
  bool no_mark = false;
  int tries = 8;
  std::string patience = "5m";
  std::string timeout = "60s";
  std::string durability = "normal";
  std::vector<std::string> on;
  bool calibrate = false;
  std::string calibrate_source;
  EchoOptions echo;

  ServerAccess access;

  std::string metrics;
  std::string log_format = "text";
  bool quiet = false;
  bool json = false;

  /// Those of this call that the run keeps.
  OptionValues given;

  void AddTo(OptionSet& options);
  /// What can be told to be wrong before anything is opened.
  Status Check() const;

  /// `stop` ends programs of edits that hang; borrowed.
  Result<edit::EditOptions> Edits(bool search, const StopEvent& stop) const;
  Result<std::vector<Hook>> Hooks() const;
  /// It only says what would be sent.
  bool sends_nothing() const { return dry_run || !explain.empty(); }
  bool calibrates() const { return calibrate || !calibrate_source.empty(); }
  Result<int64_t> FollowPatienceMs() const;
  /// The sampler is the caller's, as PlanOptions borrows it.
  Result<std::optional<edit::Sampler>> Sampling() const;
  Result<plan::PlanOptions> Plan(edit::Sampler* sampler) const;
  /// Without --clock-error and the recorders' clocks, which the log knows.
  Result<replay::EngineOptions> Engine() const;
  Result<std::optional<TimeNs>> ClockErrorNs() const;
  /// Targets as the sender takes them; those of the file, or the one of --to.
  Result<std::vector<send::Target>> Targets(const edit::Editor& editor) const;
};

}  // namespace trafrec::tools
