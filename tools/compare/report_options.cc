#include "tools/compare/report_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/compare/junit.h"
#include "tools/output.h"
#include "tools/units.h"

namespace trafrec::tools {

void ReportOptions::AddTo(OptionSet& options) {
  options.Group("Latency");
  options.Choice("--recorded-at", recorded_at_, "server|client",
                 "where the recorder stood: near the server, so that the source's latencies have "
                 "no round trip of the network in them, or near its clients: the round trip of "
                 "the connection's handshake is taken out, as it is of the target's");
  options.Choice("--round-trip", round_trip_, "auto|handshake|calibration|nothing",
                 "by what it is known how long the network's round trip took: the connection's "
                 "handshake, or the requests of `trafrec replay --calibrate`. auto: the handshake, "
                 "and these where none was seen; nothing: it stays in");
  options.Text("--slower", slower_, "PERCENT",
               "a pair is slower if the target took so much longer than the source");
  options.Group("Files and exit code");
  options.Text("--html", html_, "FILE",
               "write one page that needs no network: differences with samples side by side, "
               "latencies, to be searched");
  options.Texts("--fail-if", fail_if_, "CONDITION",
                "exit code 3 only if this holds, as in 'status > 0.1%', 'missing > 10' or "
                "'latency.p99 > +20%' (docs/compare.md); repeatable");
  options.Text("--junit", junit_, "FILE",
               "write JUnit's XML: a test case for each shape of requests and each --fail-if");
}

Status ReportOptions::Check() {
  TRY_ASSIGN(slower_share_, Named("--slower", ParsePercent(slower_)));
  trips_ = {.recorded_at = recorded_at_ == "client" ? RecordedAt::kClient : RecordedAt::kServer,
            .from = round_trip_ == "handshake"     ? TripFrom::kHandshake
                    : round_trip_ == "calibration" ? TripFrom::kCalibration
                    : round_trip_ == "nothing"     ? TripFrom::kNothing
                                                   : TripFrom::kAuto};
  for (const std::string& text : fail_if_) {
    TRY_ASSIGN(FailCondition condition, ParseFailCondition(text));
    conditions_.push_back(std::move(condition));
  }
  for (const auto& [option, file] : {std::pair("--junit", junit_), std::pair("--html", html_)}) {
    if (file == "-") {
      return Fail(ErrorCode::kUsage,
                  fmt::format("{} - and the report both print to standard output", option),
                  fmt::format("give {} a file", option));
    }
  }
  return {};
}

Status ReportOptions::ReadCalibration(const Sides& sides) {
  TRY_ASSIGN(calibration_.run, calibration::RoundTrips::Read(sides.run_folder.folders.front()));
  if (sides.two_runs) {
    TRY_ASSIGN(calibration_.first_run,
               calibration::RoundTrips::Read(sides.source_folders.folders.front()));
  }
  return {};
}

Status ReportOptions::CheckCalibration() const {
  if (trips_.from == TripFrom::kCalibration && calibration_.run.samples() == 0) {
    return Fail(ErrorCode::kUsage, "the run was not calibrated",
                "trafrec replay --calibrate does it; --round-trip auto takes the handshakes");
  }
  return {};
}

compare::PairTimes ReportOptions::Times(const store::StoredExchange& source,
                                        const store::StoredExchange& result) const {
  return TimesOf(source, result, trips_, calibration_);
}

Status ReportOptions::JudgeAll(CompareReport& report) const {
  for (const FailCondition& condition : conditions_) {
    TRY_ASSIGN(FailResult result, Judge(condition, report));
    report.conditions.push_back(std::move(result));
  }
  return {};
}

Status ReportOptions::WriteFiles(const CompareReport& report, const ReadSample& read) const {
  if (!html_.empty()) {
    TRY_ASSIGN(Output out, Output::Open(html_));
    out.Write(HtmlPage(report, read));
    TRY(out.Finish());
  }
  if (!junit_.empty()) {
    TRY_ASSIGN(Output out, Output::Open(junit_));
    out.Write(JunitXml(report));
    TRY(out.Finish());
  }
  return {};
}

ExitCode ExitCodeOf(const CompareReport& report) {
  const bool fails = report.conditions.empty()
                         ? report.tally.differing() > 0
                         : std::ranges::any_of(report.conditions, &FailResult::holds);
  return fails ? ExitCode::kDifferences : ExitCode::kDone;
}

}  // namespace trafrec::tools
