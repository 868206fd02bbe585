#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "replay/compare/kept_pair.h"
#include "replay/compare/tally.h"
#include "replay/recorded/exchange_view.h"
#include "replay/recorded/recognize.h"
#include "store/reader/exchange_id.h"
#include "tools/compare/answer_pairs.h"
#include "tools/compare/compare_command.h"
#include "tools/compare/compare_report.h"
#include "tools/compare/compare_words.h"
#include "tools/compare/explanation.h"
#include "tools/compare/follow.h"
#include "tools/compare/kept_file.h"
#include "tools/compare/limits.h"
#include "tools/compare/noise_options.h"
#include "tools/compare/pair_compare.h"
#include "tools/compare/parallel_pass.h"
#include "tools/compare/report_options.h"
#include "tools/compare/rule_options.h"
#include "tools/compare/rules_action.h"
#include "tools/compare/side_by_side.h"
#include "tools/console.h"
#include "tools/log_options.h"
#include "tools/output.h"
#include "tools/status_screen.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

constexpr int kTop = 10;
constexpr int kTopMax = 1'000;
constexpr int kJobsMax = 256;

class CompareCommand final : public Command {
 public:
  CommandText text() const override;
  void AddOptions(OptionSet& options) override;
  Result<ExitCode> Run(const Cli& cli) override;
  bool json() const override { return json_; }

 private:
  Result<const dialect::Dialect*> DialectOf(store::LogReader& source) const;
  Status CountAll(const Sides& sides, AnswerPairs& pairs, const ParallelPass::Find& find,
                  const dialect::Dialect& dialect, compare::Tally& tally, KeptWriter* keep) const;
  Status CompareWhole(const Sides& sides, AnswerPairs& pairs, const dialect::Dialect& dialect,
                      compare::Tally& tally) const;
  /// All pairs, also those that are still to come.
  Status Compare(const Sides& sides, AnswerPairs& pairs, const dialect::Dialect& dialect,
                 compare::Tally& tally);
  /// Appends to the rules. Nothing: it is not asked for.
  Result<std::optional<NoiseReport>> LearnNoise(const Sides& sides, const dialect::Dialect& dialect,
                                                std::vector<compare::Rule>& rules) const;
  CompareStyle Style(size_t columns, size_t rows) const;
  Status Print(const CompareReport& report) const;
  Result<ExitCode> Explain(const Sides& sides, const dialect::Dialect& dialect,
                           const std::vector<compare::Rule>& rules) const;

  std::vector<std::string> words_;
  CompareWords asked_;
  ReportOptions reports_;
  LogOptions log_;
  std::string dialect_ = "auto";
  RuleOptions rules_;
  RulesAction rules_action_;
  NoiseOptions noise_;
  bool show_hidden_ = false;
  bool suggest_ = false;
  int top_ = 0;
  bool all_ = false;
  bool json_ = false;
  std::string color_ = "auto";
  bool follow_ = false;
  bool afresh_ = false;
  int jobs_ = static_cast<int>(CoreCount());
};

CommandText CompareCommand::text() const {
  return {
      .name = "compare",
      .summary = "how the target's answers differ from the source's",
      .usage = {"trafrec compare LOG|RUN RUN [options]",
                "trafrec compare explain LOG RUN ID [--all] [--json]",
                "trafrec compare rules --print-defaults [NAME] | --check FILE"},
      .description =
          {"Pairs the answers of a run of `trafrec replay` with those of the source, and says what "
           "differs: status, fields, and bodies, JSON by what it says and not by how it is "
           "written. Differences of one kind, at one place, in answers to requests of one shape "
           "are one line; those that touch most exchanges come first. Exit code 3: some differ, or "
           "what --fail-if says holds.",
           "Times, and numbers that each server makes for itself, are hidden by rules, which count "
           "what they hid. Answers that are not whole are counted, and never compared.",
           "explain lays the two answers to one request of the source side by side, with what "
           "differs in words and marked: * differs, < only at the source, > only at the target, ~ "
           "hidden by a rule."},
      .examples = {{"after a replay", "trafrec compare LOG RUN"},
                   {"leave out what is known to differ",
                    "trafrec compare LOG RUN --ignore '/**/_type' --ignore /created_at"},
                   {"one of them in full", "trafrec compare explain LOG RUN vm-0001-2rs"},
                   {"what is hidden by default, as a file to edit",
                    "trafrec compare rules --print-defaults search > rules.toml"},
                   {"stop a pipeline",
                    "trafrec compare LOG RUN --fail-if 'status > 0' --fail-if 'latency.p99 > "
                    "+20%'"},
                   {"for a script", "trafrec compare LOG RUN --json | jq .differing"}},
  };
}

void CompareCommand::AddOptions(OptionSet& options) {
  options.Group("Arguments");
  options.Positionals(
      "WORD", words_,
      "LOG, the log that was replayed, or another run of it, and RUN, the folder of "
      "the run; explain "
      "stands before them, and behind them the ID of an exchange of the source. rules "
      "stands alone, or before NAME");
  log_.AddIdentity(options);
  log_.AddSeveral(options, true);
  options.Group("Rules");
  rules_.AddTo(options);
  rules_action_.AddTo(options);
  options.Flag("--show-hidden", show_hidden_, "say what each rule hid");
  options.Flag("--suggest", suggest_,
               "with each difference rules that hide it, to be appended to a rules file, and the "
               "command that takes its request out of the next run");
  options.Choice("--dialect", dialect_, "auto|http|search",
                 "how requests are understood, and which rules are the defaults. auto: what the "
                 "first 200 exchanges look like");
  reports_.AddTo(options);
  noise_.AddTo(options);
  options.Group("Running");
  options.Flag("-f,--follow", follow_,
               "compare while the run goes on, and show what is known so far, until it has ended "
               "or Ctrl-C");
  options.Flag("--afresh", afresh_,
               "read all answers, though an earlier comparison kept what it found in "
               "RUN/differences.kept, and keep nothing");
  options.Number("--jobs", jobs_, 1, kJobsMax, "N",
                 "threads that compare; as many as there are cores. What is said does not depend "
                 "on it");
  options.Group("Output");
  options.Flag("--all", all_,
               "of explain: both answers as a whole, not only what is near to a difference");
  options.Number("--top", top_, 1, kTopMax, "N",
                 "entries of a list; else as many as fit on the terminal's screen, and 10 where "
                 "there is none");
  options.Flag("--json", json_, "print one JSON object (docs/compare.md)");
  options.Choice("--color", color_, "auto|always|never",
                 "colours: on a terminal (auto), always or never");
}

Result<const dialect::Dialect*> CompareCommand::DialectOf(store::LogReader& source) const {
  if (const dialect::Dialect* named = dialect::FindDialect(dialect_)) {
    return named;
  }
  return recorded::RecognizeDialect(source);
}

Result<ExitCode> CompareCommand::Explain(const Sides& sides, const dialect::Dialect& dialect,
                                         const std::vector<compare::Rule>& rules) const {
  TRY_ASSIGN(const store::ExchangeId id, store::ParseExchangeId(asked_.id));
  TRY_ASSIGN(const std::vector<store::ExchangeId> results, sides.run->ResultsOf(id));
  if (results.empty()) {
    return Fail(ErrorCode::kNotFound, "the run sent nothing for " + asked_.id,
                "trafrec show LOG lists the exchanges of the source");
  }
  TRY_ASSIGN(Output out, Output::Open(""));
  AnswerPairs pairs(sides);
  bool differs = false;
  for (const store::ExchangeId& each : results) {
    TRY_ASSIGN(const store::ExchangeRow row, sides.run->Find(store::FormatExchangeId(each)));
    RowPair pair;
    TRY_ASSIGN(const std::optional<Uncompared> why, pairs.One(row, pair));
    if (why) {
      out.Write(json_ ? LeftOutJson(asked_.id, store::FormatExchangeId(each), *why)
                      : fmt::format("{} and {}: not compared, {}\n", asked_.id,
                                    store::FormatExchangeId(each), InWords(*why, sides.two_runs)));
      continue;
    }
    TRY_ASSIGN(const store::StoredExchange asked, sides.source->Load(pair.source));
    TRY_ASSIGN(const store::StoredExchange result, sides.run->Load(pair.result));
    const compare::Compared compared = ComparePair(dialect, rules, asked, result);
    const recorded::ExchangeView view(asked);
    const recorded::ExchangeView result_view(result);
    out.Write(json_
                  ? ExplanationJson(compared, rules)
                  : ExplanationText(compared, *view.answer(), *result_view.answer(), rules,
                                    {.width = TerminalWidth(STDOUT_FILENO),
                                     .paint = Paint(WantsColor(ColorModeOf(color_), STDOUT_FILENO)),
                                     .all = all_}));
    differs = differs || compared.differences.told() > 0;
  }
  TRY(out.Finish());
  return differs ? ExitCode::kDifferences : ExitCode::kDone;
}

Status CompareCommand::CountAll(const Sides& sides, AnswerPairs& pairs,
                                const ParallelPass::Find& find, const dialect::Dialect& dialect,
                                compare::Tally& tally, KeptWriter* keep) const {
  ParallelPass pass(
      {.open_source = [&] { return store::LogReader::Open(sides.source_folders); },
       .open_run = [&] { return store::LogReader::Open(sides.run_folder); },
       .compare =
           [&](const store::StoredExchange& asked, const store::StoredExchange& result) {
             compare::Compared pair = ComparePair(dialect, tally.rules(), asked, result);
             pair.times = reports_.Times(asked, result);
             if (keep != nullptr) {
               pair.kept = compare::KeptForm(pair, asked.row.status, result.row.status);
             }
             return pair;
           },
       .count =
           [&](const compare::Compared& pair) {
             tally.Add(pair);
             if (keep != nullptr) {
               keep->Add(pair.kept);
             }
           },
       .unreadable = [&](const Error& error) { pairs.NoteUnreadable(error); },
       .judge =
           [&](compare::KeptPair kept) {
             return compare::JudgeKept(std::move(kept), tally.rules());
           }},
      static_cast<unsigned>(jobs_));
  return pass.Run(find);
}

/// What an earlier comparison found is judged anew; else all is read, and kept for the next one.
Status CompareCommand::CompareWhole(const Sides& sides, AnswerPairs& pairs,
                                    const dialect::Dialect& dialect, compare::Tally& tally) const {
  const std::filesystem::path& run = sides.run_folder.folders.front();
  const std::optional<std::string> key =
      afresh_ ? std::nullopt
              : KeyOfKept(sides, fmt::format("{} {}", dialect.name(), reports_.trips_asked()));
  if (key) {
    if (std::optional<KeptReader> kept = KeptReader::Open(run, *key)) {
      pairs.SetUncompared(kept->uncompared());
      return CountAll(
          sides, pairs,
          [&](const AnswerPairs::Visitor& visit) {
            return kept->Visit([&](std::string record) {
              return visit({.source{}, .result{}, .kept = std::move(record)});
            });
          },
          dialect, tally, nullptr);
    }
  }
  std::optional<KeptWriter> keep;
  if (key) {
    keep.emplace(run, *key);
  }
  const auto find = [&](const AnswerPairs::Visitor& visit) { return pairs.Run(visit); };
  TRY(CountAll(sides, pairs, find, dialect, tally, keep ? &*keep : nullptr));
  if (keep && pairs.unreadable().empty()) {
    keep->Finish(pairs.uncompared());
  }
  return {};
}

Result<std::optional<NoiseReport>> CompareCommand::LearnNoise(
    const Sides& sides, const dialect::Dialect& dialect, std::vector<compare::Rule>& rules) const {
  if (!noise_.asked()) {
    return std::nullopt;
  }
  const auto compare = [&](const store::StoredExchange& one, const store::StoredExchange& other) {
    return ComparePair(dialect, rules, one, other);
  };
  TRY_ASSIGN(NoiseReport learned,
             noise_.Learn(sides, dialect, static_cast<unsigned>(jobs_), compare, rules));
  return learned;
}

Status CompareCommand::Compare(const Sides& sides, AnswerPairs& pairs,
                               const dialect::Dialect& dialect, compare::Tally& tally) {
  if (!follow_) {
    return CompareWhole(sides, pairs, dialect, tally);
  }
  const auto page = [&](size_t columns, size_t rows) {
    return CompareText({.tally = tally,
                        .uncompared = pairs.uncompared(),
                        .source = log_.log(),
                        .run = asked_.run,
                        .two_runs = sides.two_runs,
                        .dialect = std::string(dialect.name())},
                       Style(columns, rows));
  };
  return FollowRun(sides, pairs,
                   {.pass = [&](const ParallelPass::Find& find) -> Status {
                      TRY(reports_.ReadCalibration(sides));
                      return CountAll(sides, pairs, find, dialect, tally, nullptr);
                    },
                    .page = page,
                    .line =
                        [&] {
                          return fmt::format(
                              "{}, of which {} differ ({})",
                              CountOf(tally.compared(), "pair of answers", "pairs of answers"),
                              WithCommas(tally.differing()),
                              Percent(tally.differing(), tally.compared()));
                        },
                    .screen = !json_ && isatty(STDOUT_FILENO) != 0 && isatty(STDIN_FILENO) != 0});
}

/// Who asks for more than a summary scrolls.
CompareStyle CompareCommand::Style(size_t columns, size_t rows) const {
  const bool summary = top_ == 0 && !show_hidden_ && !suggest_;
  return {.width = columns,
          .paint = Paint(WantsColor(ColorModeOf(color_), STDOUT_FILENO)),
          .top = static_cast<size_t>(top_ == 0 ? kTop : top_),
          .show_hidden = show_hidden_,
          .rows = summary ? rows : 0};
}

Status CompareCommand::Print(const CompareReport& report) const {
  TRY_ASSIGN(Output out, Output::Open(""));
  out.Write(json_ ? CompareJsonText(report)
                  : CompareText(report, Style(TerminalWidth(STDOUT_FILENO), TerminalRows())));
  return out.Finish();
}

Result<ExitCode> CompareCommand::Run(const Cli& /*cli*/) {
  constexpr const char* kExample = "trafrec compare LOG RUN";
  TRY_ASSIGN(asked_, ReadCompareWords(words_));
  if (asked_.action == CompareWords::Action::kRules) {
    return rules_action_.Run(asked_.names);
  }
  if (rules_action_.asked()) {
    return Fail(ErrorCode::kUsage, "--print-defaults and --check are for rules alone",
                "as in: trafrec compare rules --check rules.toml");
  }
  const bool explain = asked_.action == CompareWords::Action::kExplain;
  if (all_ && !explain) {
    return Fail(ErrorCode::kUsage, "--all is for one pair",
                "as in: trafrec compare explain LOG RUN ID --all");
  }
  TRY(reports_.Check());
  TRY(rules_.Read());
  TRY(noise_.Check());
  if (follow_ && (explain || noise_.asked())) {
    return Fail(ErrorCode::kUsage,
                "--follow is for what is counted as it comes; noise is learned of a whole run",
                "leave it out, or compare again when the run has ended");
  }
  log_.SetLog(asked_.log);
  TRY_ASSIGN(store::LogSelection source, log_.Select(kExample));
  TRY_ASSIGN(const Sides sides, OpenSides(std::move(source), asked_.run));
  log_.Tell(sides.source->notes());
  TRY(reports_.ReadCalibration(sides));
  if (!follow_) {
    TRY(reports_.CheckCalibration());
  }
  TRY_ASSIGN(const dialect::Dialect* dialect, DialectOf(*sides.source));
  TRY_ASSIGN(std::vector<compare::Rule> rules, rules_.Make(dialect->name()));
  if (explain) {
    return Explain(sides, *dialect, rules);
  }
  TRY_ASSIGN(std::optional<NoiseReport> noise, LearnNoise(sides, *dialect, rules));
  AnswerPairs pairs(sides);
  compare::Tally tally(std::move(rules), reports_.slower_share());
  TRY(Compare(sides, pairs, *dialect, tally));
  if (!pairs.unreadable().empty()) {
    PrintNote("not all answers can be read: " + pairs.unreadable() +
              "; trafrec verify names all that is damaged");
  }
  CompareReport report{.tally = tally,
                       .uncompared = pairs.uncompared(),
                       .source = log_.log(),
                       .run = asked_.run,
                       .two_runs = sides.two_runs,
                       .dialect = std::string(dialect->name()),
                       .noise = std::move(noise)};
  TRY_ASSIGN(report.amendments, AmendmentsOf(asked_.run));
  if (suggest_) {
    report.suggest = SuggestionsFor(report);
  }
  TRY(reports_.JudgeAll(report));
  TRY(reports_.WriteFiles(report, [&](const std::string& source_id, const std::string& result_id) {
    return SampleOf(sides, *dialect, tally.rules(), source_id, result_id);
  }));
  TRY(Print(report));
  return ExitCodeOf(report);
}

}  // namespace

std::unique_ptr<Command> MakeCompareCommand() { return std::make_unique<CompareCommand>(); }

}  // namespace trafrec::tools
