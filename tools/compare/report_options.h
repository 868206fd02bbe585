#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "tools/compare/compare_report.h"
#include "tools/compare/fail_condition.h"
#include "tools/compare/html_page.h"
#include "tools/compare/pair_times.h"
#include "tools/compare/sides.h"
#include "tools/exit_code.h"
#include "tools/option_set.h"

namespace trafrec::tools {

/// The options of `trafrec compare` that say how times are compared, and what a pipeline hears.
class ReportOptions {
 public:
  void AddTo(OptionSet& options);
  /// Reads what was given. Call it before the others.
  Status Check();

  /// What the runs' calibrating requests took. Call it before Times; again for a run that goes on.
  Status ReadCalibration(const Sides& sides);
  /// That it is there if it was asked for.
  Status CheckCalibration() const;

  /// What Times depends on, but for the logs.
  std::string trips_asked() const { return recorded_at_ + " " + round_trip_; }

  double slower_share() const { return slower_share_; }
  /// Any thread.
  compare::PairTimes Times(const store::StoredExchange& source,
                           const store::StoredExchange& result) const;

  /// What became of each condition, into the report.
  Status JudgeAll(CompareReport& report) const;
  /// The files that were asked for. `read`: see HtmlPage.
  Status WriteFiles(const CompareReport& report, const ReadSample& read) const;

 private:
  std::vector<std::string> fail_if_;
  std::string junit_;
  std::string html_;
  std::string slower_ = "20%";
  std::string recorded_at_ = "server";
  std::string round_trip_ = "auto";
  TripRules trips_{};
  Calibration calibration_{};
  std::vector<FailCondition> conditions_;
  double slower_share_ = 0;
};

/// kDifferences if a condition holds; where there is none, if something differs.
ExitCode ExitCodeOf(const CompareReport& report);

}  // namespace trafrec::tools
