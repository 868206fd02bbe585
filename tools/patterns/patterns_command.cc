#include "tools/patterns/patterns_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "tools/accounting.h"
#include "tools/console.h"
#include "tools/deleted_note.h"
#include "tools/filter_options.h"
#include "tools/log_options.h"
#include "tools/merge_words.h"
#include "tools/output.h"
#include "tools/patterns/analysis/analysis.h"
#include "tools/patterns/log_pass.h"
#include "tools/patterns/rendering/json_report.h"
#include "tools/patterns/rendering/page.h"
#include "tools/patterns/rendering/terminal_report.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::patterns {
namespace {

using tools::CommandText;
using tools::ExitCode;
using tools::OptionSet;
using tools::Output;

constexpr int kTopMax = 1'000;
constexpr int64_t kWindowMsMax = int64_t{7} * 24 * 3'600 * 1'000;

class PatternsCommand : public tools::Command {
 public:
  CommandText text() const override;
  void AddOptions(OptionSet& options) override;
  Result<ExitCode> Run(const tools::Cli& cli) override;
  bool json() const override { return json_; }

 private:
  Result<int64_t> WindowNs() const;
  Result<Report> Analyse(store::LogReader& log, int64_t window_ns, Calendar& calendar);
  Status Print(const Report& report, Calendar& calendar) const;

  tools::LogOptions log_;
  tools::FilterOptions filters_;
  std::string window_ = "10m";
  std::string timezone_ = "UTC";
  std::string dialect_ = "auto";
  int top_ = 20;
  std::string html_;
  bool json_ = false;
  std::string color_ = "auto";
  ReportContext context_;
};

CommandText PatternsCommand::text() const {
  return {
      .name = "patterns",
      .summary = "what the traffic is like: when, what, how fast, from whom, and when it is quiet",
      .usage = {"trafrec patterns LOG [options]"},
      .description =
          {"Traffic over time, by hour of the day and by weekday; mutations against queries; the "
           "shapes of requests, with ids and numbers folded; answers, latency and sizes; the "
           "clients, who must be told of a move; and the quietest window of a given length, with "
           "the writes to expect in it.",
           "Times that nobody recorded, or in which traffic was lost, are shown as holes. They are "
           "never taken for quiet, and rates are those of the rest."},
      .examples = {{"look at a log", "trafrec patterns LOG"},
                   {"when could writes stop for half an hour, in local time",
                    "trafrec patterns LOG --window 30m --timezone Europe/Berlin"},
                   {"a page with plots, for a browser or a mail",
                    "trafrec patterns LOG --html patterns.html"},
                   {"who still writes, for a script",
                    "trafrec patterns LOG --json | jq -r '.clients.top[] | select(.mutations > 0) "
                    "| .address'"}},
  };
}

void PatternsCommand::AddOptions(OptionSet& options) {
  options.Group("Arguments");
  log_.AddLog(options, "the log to read");
  options.Group("Patterns");
  options.Text("--window", window_, "DURATION",
               "length of the quiet window to look for: 30s, 10m, 2h; at most 7d; 10m");
  options.Text("--timezone", timezone_, "NAME",
               "hours and weekdays of this time zone, as in Europe/Berlin; UTC");
  options.Choice("--dialect", dialect_, "auto|http|search",
                 "how requests are understood: by HTTP's methods alone, or as Elasticsearch and "
                 "OpenSearch do. auto: what the first 200 exchanges look like");
  options.Number("--top", top_, 1, kTopMax, "N", "entries of a list on the terminal and the page");
  filters_.AddTo(options);
  log_.AddSeveral(options, true);
  options.Group("Output");
  options.Text("--html", html_, "FILE", "write one page with plots that needs no network");
  options.Flag("--json", json_, "print one JSON object (docs/patterns.md)");
  options.Choice("--color", color_, "auto|always|never",
                 "colours: on a terminal (auto), always or never");
}

Result<int64_t> PatternsCommand::WindowNs() const {
  const Result<int64_t> window = tools::ParseDurationMs(window_);
  if (!window) {
    return Fail(ErrorCode::kUsage, "--window: " + window.error().what, window.error().remedy);
  }
  if (*window <= 0 || *window > kWindowMsMax) {
    return Fail(ErrorCode::kUsage, "--window: '" + window_ + "' is not between 1ms and 7d",
                "as in: --window 10m");
  }
  return *window * kNsPerMs;
}

/// What was seen on the wire and cannot be in the figures.
void AddUnseenNotes(const std::vector<store::AttemptInfo>& attempts,
                    std::vector<std::string>& notes) {
  struct Unseen {
    const char* counter;
    const char* what;
  };
  static constexpr std::array<Unseen, 3> kUnseen = {
      {{"http.connections.tls", "spoke TLS"},
       {"http.connections.http2", "spoke HTTP/2"},
       {"http.connections.es_transport", "spoke Elasticsearch's transport protocol (9300)"}}};
  for (const Unseen& unseen : kUnseen) {
    uint64_t count = 0;
    for (const store::AttemptInfo& attempt : attempts) {
      count += tools::ValueOf(attempt.counters, unseen.counter);
    }
    if (count > 0) {
      notes.push_back(fmt::format("{} {}: their clients and requests are not in these figures",
                                  tools::CountOf(count, "connection"), unseen.what));
    }
  }
}

Result<Report> PatternsCommand::Analyse(store::LogReader& log, int64_t window_ns,
                                        Calendar& calendar) {
  TRY_ASSIGN(const store::ExchangeFilter filter, filters_.Make());
  // Asked before: what comes while the log is read is not sure to be all of its time.
  TRY_ASSIGN(const std::vector<store::AttemptInfo> attempts, log.Attempts());
  AddUnseenNotes(attempts, context_.notes);
  std::optional<Coverage> coverage = CoverageOf(attempts, filter.since, filter.until);
  Analysis analysis;
  LogPass pass(dialect_);
  uint64_t exchanges = 0;
  TimeNs last_at = 0;
  TRY(pass.Run(log, filter, [&](const Observation& seen) {
    analysis.Add(seen);
    last_at = seen.began_at;
    ++exchanges;
  }));
  for (std::string& note : pass.Notes()) {
    context_.notes.push_back(std::move(note));
  }
  std::optional<TimeNs> end;
  if (filter.limit && exchanges >= *filter.limit) {
    context_.notes.emplace_back(
        "--limit ended the reading: what came later is not in these figures");
    end = last_at;
  }
  if (log.hold()) {
    context_.notes.push_back(tools::HoldSentence(*log.hold()));
    end = std::min(end.value_or(log.hold()->through), log.hold()->through);
  }
  if (coverage && end) {
    coverage = CoverageOf(attempts, filter.since, std::min(coverage->until, *end));
  }
  context_.filtered = filters_.any() || filter.limit.has_value();
  Report report =
      analysis.Finish({.coverage = std::move(coverage), .window_ns = window_ns}, calendar);
  if (report.in_flight_left_out > 0) {
    context_.notes.push_back(fmt::format(
        "{} not counted as in flight, because too many others waited for their answers too",
        tools::CountOf(report.in_flight_left_out, "mutation is", "mutations are")));
  }
  return report;
}

Status PatternsCommand::Print(const Report& report, Calendar& calendar) const {
  if (!html_.empty()) {
    TRY_ASSIGN(Output page, Output::Open(html_));
    page.Write(HtmlPage(report, context_, calendar, static_cast<size_t>(top_)));
    TRY(page.Finish());
    if (!json_) {
      tools::PrintNote(fmt::format("{} of {} in {}", tools::CountOf(report.exchanges, "exchange"),
                                   tools::EscapeForTerminal(context_.log),
                                   tools::EscapeForTerminal(html_)));
      return {};
    }
  }
  TRY_ASSIGN(Output out, Output::Open(""));
  out.Write(json_ ? JsonReport(report, context_, calendar)
                  : TerminalReport(report, context_, calendar,
                                   {.width = tools::TerminalWidth(STDOUT_FILENO),
                                    .utf8 = tools::SpeaksUtf8(),
                                    .paint = tools::Paint(tools::WantsColor(
                                        tools::ColorModeOf(color_), STDOUT_FILENO)),
                                    .top = static_cast<size_t>(top_)}));
  return out.Finish();
}

Result<ExitCode> PatternsCommand::Run(const tools::Cli& /*cli*/) {
  if (json_ && html_ == "-") {
    return Fail(ErrorCode::kUsage, "--json and --html - both print to standard output",
                "give --html a file");
  }
  TRY_ASSIGN(const int64_t window_ns, WindowNs());
  TRY_ASSIGN(Calendar calendar, Calendar::Make(timezone_));
  TRY_ASSIGN(auto log, log_.Open("trafrec patterns LOG"));
  context_.log = log_.log();
  TRY_ASSIGN(const Report report, Analyse(*log, window_ns, calendar));
  TRY(Print(report, calendar));
  tools::PrintDeletedNote(log_.folders());
  return ExitCode::kDone;
}

}  // namespace

std::unique_ptr<tools::Command> MakePatternsCommand() {
  return std::make_unique<PatternsCommand>();
}

}  // namespace trafrec::patterns
