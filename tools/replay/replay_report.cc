#include "tools/replay/replay_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "tools/replay/replay_documents.h"
#include "tools/shell_quote.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

using plan::Omission;

uint64_t Sent(const ReplayReport& report) {
  return report.plan.omitted[static_cast<size_t>(Omission::kNone)];
}

std::string Milliseconds(int64_t ns) { return HumanDuration(ns); }

std::string LateInWords(const ReplayReport& report) {
  const replay::LateBy& late = report.progress.counts.late;
  struct Cause {
    int64_t ns;
    const char* words;
  };
  const Cause causes[] = {{late.order_ns, "others had to be answered first"},
                          {late.concurrency_ns, "the target was slower than the log"},
                          {late.connections_ns, "all connections were in use"},
                          {late.ledger_ns, "intents had to be on the disk"},
                          {late.away_ns, "the target was away"},
                          {late.own_ns, "trafrec had no time"}};
  int64_t sum = 0;
  for (const Cause& cause : causes) {
    sum += cause.ns;
  }
  std::vector<std::string> words;
  for (const Cause& cause : causes) {
    if (sum > 0 && cause.ns * 20 >= sum) {
      words.push_back(
          fmt::format("{} {}", Percent(static_cast<uint64_t>(cause.ns), static_cast<uint64_t>(sum)),
                      cause.words));
    }
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

class Words {
 public:
  explicit Words(const Paint& paint) : paint_(paint) {}

  void Line(std::string_view name, const std::string& what, Tone tone = Tone::kPlain) {
    text_ += "  " + paint_(tone, fmt::format("{:<10}", name)) + what + "\n";
  }
  std::string& text() { return text_; }

 private:
  const Paint& paint_;
  std::string text_;
};

std::string HookInWords(const HookOutcome& hook) {
  switch (hook.state) {
    case HookOutcome::State::kWaits:
      return "did not become true";
    case HookOutcome::State::kEarlier:
      return "fired in an earlier life of the run";
    case HookOutcome::State::kRuns:
      return "still runs";
    case HookOutcome::State::kFailed:
      return "could not be started";
    case HookOutcome::State::kEnded:
      return fmt::format("status {}", hook.status);
  }
  std::unreachable();
}

void AddLag(const ReplayReport& report, Words& words) {
  const replay::RunTimes& times = report.progress.times;
  if (times.latency.count() > 0) {
    words.Line("latency",
               fmt::format("p50 {}, p99 {}, most {}", Milliseconds(times.latency.Quantile(0.5)),
                           Milliseconds(times.latency.Quantile(0.99)),
                           Milliseconds(times.latency.greatest())));
  }
  if (report.paced && times.lag.count() > 0) {
    words.Line("lag", fmt::format("p50 {}, p99 {}, most {}", Milliseconds(times.lag.Quantile(0.5)),
                                  Milliseconds(times.lag.Quantile(0.99)),
                                  Milliseconds(times.lag.greatest())));
    if (const std::string late = LateInWords(report);
        times.lag.Quantile(0.99) > 10 * kNsPerMs && !late.empty()) {
      words.Line("late", late, Tone::kYellow);
    }
  }
}

void AddSourceLag(const ReplayReport& report, Words& words) {
  const replay::SourceLag& lag = report.progress.source_lag;
  const Histogram& spread = lag.spread();
  if (lag.last()) {
    words.Line("echoes",
               fmt::format("{}; the target was {} behind the source at the last one, p50 "
                           "{}, p99 {}, most {}",
                           WithCommas(spread.count()), HumanDuration(lag.last()->ns),
                           HumanDuration(spread.Quantile(0.5)),
                           HumanDuration(spread.Quantile(0.99)), HumanDuration(spread.greatest())));
  }
  if (lag.negative() > 0) {
    words.Line("note",
               fmt::format("{} answered before what it echoes: the clocks differ by more than "
                           "--clock-offset says",
                           CountOf(lag.negative(), "echo", "echoes")),
               Tone::kYellow);
  }
  if (lag.unanswered() > 0) {
    words.Line("note",
               fmt::format("{} without a whole answer of 2xx: no lag is measured by that",
                           CountOf(lag.unanswered(), "echo", "echoes")),
               Tone::kYellow);
  }
}

void AddHooks(const ReplayReport& report, Words& words) {
  for (const HookOutcome& hook : report.hooks) {
    const bool good = hook.state != HookOutcome::State::kFailed && hook.status == 0;
    words.Line("hook", EscapeForTerminal(hook.text) + ": " + HookInWords(hook),
               good ? Tone::kPlain : Tone::kYellow);
  }
}

/// What the log does not hold, and a target may ask for.
void AddWithheld(const ReplayReport& report, Words& words) {
  if (report.plan.withheld_fields == 0) {
    return;
  }
  std::vector<std::string> names;
  for (const auto& [name, count] : report.withheld_fields) {
    names.push_back(fmt::format("{} ({})", EscapeForTerminal(name), WithCommas(count)));
  }
  words.Line("redacted",
             fmt::format("{} without what redaction replaced: {}; --auth, or fields of a target in "
                         "the file of edits, give it anew",
                         CountOf(report.plan.withheld_fields, "request"), fmt::join(names, ", ")),
             Tone::kYellow);
}

void AddRules(const ReplayReport& report, Words& words) {
  for (const edit::RuleCount& rule : report.rules) {
    if (rule.requests > 0) {
      words.Line("rule", fmt::format("{}: {}", rule.name, CountOf(rule.requests, "request")));
    }
    if (rule.failures > 0) {
      words.Line("failed",
                 fmt::format("{}: on {}, the last time because {}", rule.name,
                             CountOf(rule.failures, "request"), EscapeForTerminal(rule.failure)),
                 Tone::kYellow);
    }
  }
}

void AddDocuments(const ReplayReport& report, Words& words) {
  if (!report.documents) {
    return;
  }
  const DocumentWords documents = DocumentsInWords(*report.documents);
  if (!documents.as_expected.empty()) {
    words.Line("documents", documents.as_expected);
  }
  for (const std::string& warning : documents.warnings) {
    words.Line("documents", warning, Tone::kYellow);
  }
}

void AddPassedOver(const ReplayReport& report, Words& words) {
  const plan::PlanCounts& plan = report.plan;
  const uint64_t left = report.progress.passed_over;
  if (plan.passed_over == 0 && plan.caught_up == 0 && left == 0) {
    return;
  }
  words.Line("passed",
             fmt::format("{} over, whose outcome at the source was not known; {} caught "
                         "up, {} left{}",
                         CountOf(plan.passed_over, "exchange"), WithCommas(plan.caught_up),
                         WithCommas(left), left > 0 ? " for --resume" : ""));
  if (plan.passed_over_gone > 0) {
    words.Line("note",
               fmt::format("{} that were passed over are no longer in the log: its retention "
                           "deleted them before their answers came",
                           CountOf(plan.passed_over_gone, "exchange")),
               Tone::kYellow);
  }
}

void AddDoubts(const ReplayReport& report, Words& words) {
  const replay::RunCounts& counts = report.progress.counts;
  const ledger::StateCounts& whole = report.whole.mutations;
  const auto from_earlier = [](uint64_t all, uint64_t now) {
    return all > now
               ? fmt::format(", {} of them by earlier lives of the run", WithCommas(all - now))
               : "";
  };
  if (whole.dead > 0) {
    words.Line("dead",
               fmt::format("{} given up{}: trafrec dlq list {}", CountOf(whole.dead, "mutation"),
                           from_earlier(whole.dead, counts.dead), ShellQuoted(report.run)),
               Tone::kRed);
  }
  if (whole.blocked > 0) {
    words.Line("blocked",
               fmt::format("{} held back behind them{}", CountOf(whole.blocked, "mutation"),
                           from_earlier(whole.blocked, counts.blocked)),
               Tone::kRed);
  }
  if (report.whole.refused > 0) {
    words.Line("refused",
               CountOf(report.whole.refused, "mutation") +
                   " that the source carried out and the target will not have",
               Tone::kRed);
  }
  if (counts.unanswered_reads > 0) {
    words.Line("no answer", CountOf(counts.unanswered_reads, "read"), Tone::kYellow);
  }
  if (report.plan.doubtful_by_queries > 0) {
    words.Line("note",
               CountOf(report.plan.doubtful_by_queries, "by-query operation") +
                   " cannot be reproduced: what they found depended on chance",
               Tone::kYellow);
    for (size_t i = 0; i < std::min(kIdsShown, report.doubtful.size()); ++i) {
      words.Line("", fmt::format("{}: {}", report.doubtful[i].id, report.doubtful[i].why));
    }
  }
  if (report.plan.unknown_paths > 0) {
    words.Line("note",
               fmt::format("{} with paths that are not known ({}): sent one at a time",
                           CountOf(report.plan.unknown_paths, "request"),
                           report.unknown_paths.empty() ? "" : report.unknown_paths.begin()->first),
               Tone::kYellow);
  }
  if (report.unordered > 0) {
    words.Line("note",
               CountOf(report.unordered, "operation stands", "operations stand") +
                   " otherwise in the source's numbers than in its times",
               Tone::kYellow);
  }
  if (report.killed > 0) {
    words.Line("killed",
               CountOf(report.killed, "earlier life", "earlier lives") +
                   ": the run's log lacks answers of the moment before, the ledger not",
               Tone::kYellow);
  }
  if (!report.clocks_assumed.empty()) {
    words.Line("note", EscapeForTerminal(report.clocks_assumed), Tone::kYellow);
  }
  if (counts.throttled > 0) {
    words.Line("note",
               "the target was too busy " + CountOf(counts.throttled, "time") + " (429, 503)",
               Tone::kYellow);
  }
}

}  // namespace

bool ReplayReport::Adds() const {
  const replay::RunCounts& counts = progress.counts;
  uint64_t sent =
      counts.answered + counts.dead + counts.blocked + counts.unanswered_reads + counts.earlier;
  return stopped || limited || (sent == Sent(*this) && whole.Adds());
}

bool ReplayReport::clean() const {
  const replay::RunCounts& counts = progress.counts;
  return whole.mutations.dead == 0 && whole.mutations.blocked == 0 && whole.refused == 0 &&
         counts.unanswered_reads == 0 && Adds();
}

uint64_t ReplayReport::Earlier() const {
  const replay::RunCounts& counts = progress.counts;
  const uint64_t now = counts.answered + counts.dead + counts.blocked + counts.unanswered_reads;
  // A run that an older trafrec began did not count all.
  return std::max(counts.earlier, whole.over() - std::min(whole.over(), now));
}

std::string ReportInWords(const ReplayReport& report, const Paint& paint) {
  const replay::RunCounts& counts = report.progress.counts;
  const char* const what = report.stopped                     ? "stopped after"
                           : counts.dead + counts.blocked > 0 ? "went through"
                                                              : "sent";
  Words words(paint);
  words.text() =
      paint(Tone::kBold, fmt::format("{} {}", what, CountOf(counts.exchanges, "exchange"))) +
      fmt::format(", {} answered, in {} ({}/s{})\n", CountOf(counts.answered, "operation"),
                  HumanDuration(static_cast<int64_t>(report.seconds * 1e9)),
                  WithCommas(static_cast<uint64_t>(static_cast<double>(counts.exchanges) /
                                                   std::max(report.seconds, 1e-9))),
                  report.resumed ? "; resumed" : "");
  words.Line("run", ShellQuoted(report.run));
  words.Line("outcome",
             fmt::format("{} as at the source, {} otherwise, {} with no answer there",
                         WithCommas(counts.as_source), WithCommas(counts.otherwise),
                         WithCommas(counts.unlike)),
             counts.otherwise > 0 ? Tone::kYellow : Tone::kPlain);
  if (counts.by_reading > 0 || counts.retries > 0) {
    words.Line("retries",
               fmt::format("{}; {} settled by looking at the document", WithCommas(counts.retries),
                           CountOf(counts.by_reading, "mutation")));
  }
  if (const uint64_t earlier = report.Earlier(); report.resumed && earlier > 0) {
    words.Line("earlier",
               fmt::format("{} settled by earlier lives of the run, {} in all",
                           CountOf(earlier, "operation"), WithCommas(report.whole.over())));
  }
  if (report.stopped && report.whole.mutations.in_doubt > 0) {
    words.Line("in doubt", CountOf(report.whole.mutations.in_doubt, "mutation") +
                               ": --resume finds out what became of them");
  }
  if (report.whole.planned && !report.stopped) {
    words.Line("counts", fmt::format("{} selected: {} sent, {} left out, {} dead or blocked",
                                     CountOf(report.whole.planned->selected, "operation"),
                                     WithCommas(report.whole.sent()),
                                     WithCommas(report.whole.planned->dropped),
                                     WithCommas(report.whole.dead())));
  }
  if (counts.split > 0) {
    words.Line("split", fmt::format("{} went in several parts, for the order",
                                    CountOf(counts.split, "bulk request")));
  }
  AddLag(report, words);
  AddSourceLag(report, words);
  for (const CalibratedSide& side : report.calibration) {
    words.Line("network", side.name + ": " + InWords(side));
  }
  words.Line("order",
             fmt::format("digest {:016x}{}, of outcomes {:016x}", report.digest,
                         report.resumed ? " of what was left" : "", report.outcome_digest));
  AddRules(report, words);
  AddPassedOver(report, words);
  AddHooks(report, words);
  AddDocuments(report, words);
  AddWithheld(report, words);
  for (const std::string& line : OmittedInWords(report.plan, report.omitted)) {
    words.Line("not sent", line + (report.resumed ? " (in this life of the run)" : ""),
               Tone::kYellow);
  }
  AddDoubts(report, words);
  if (!report.Adds()) {
    words.Line("bug", "what was sent and left out is not what was selected; please report it",
               Tone::kRed);
  }
  words.text() += fmt::format("next: {}\n", report.stopped ? report.resume
                                            : report.whole.mutations.dead > 0
                                                ? "trafrec dlq list " + ShellQuoted(report.run)
                                                : "trafrec show " + ShellQuoted(report.run));
  return words.text();
}

}  // namespace trafrec::tools
