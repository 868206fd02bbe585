#include "tools/compare/noise_options.h"

#include <utility>

#include "replay/compare/rules_file.h"
#include "tools/compare/repeat_pairs.h"
#include "tools/output.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

/// Goes through the pairs of two sides that `find` finds.
Status Pass(const Sides& sides, const ParallelPass::Find& find, unsigned threads,
            const ParallelPass::Compare& compare, const ParallelPass::Count& count) {
  ParallelPass pass({.open_source = [&] { return store::LogReader::Open(sides.source_folders); },
                     .open_run = [&] { return store::LogReader::Open(sides.run_folder); },
                     .compare = compare,
                     .count = count,
                     .unreadable = [](const Error&) {}},
                    threads);
  return pass.Run(find);
}

ParallelPass::Find PairsOf(AnswerPairs& pairs) {
  return [&pairs](const AnswerPairs::Visitor& visit) { return pairs.Run(visit); };
}

}  // namespace

void NoiseOptions::AddTo(OptionSet& options) {
  options.Group("Noise");
  options.Flag("--learn-noise", from_repeats_,
               "learn what varies by itself from requests that the source was asked more than "
               "once");
  options.Text("--control", control_, "RUN",
               "learn it from another run to the same target, or to one like it");
  options.Text("--noise-relative", relative_, "PERCENT",
               "a place that varies by itself is told only if it differs between source and target "
               "more often than that, by more than this share of both rates' sum");
  options.Text("--noise-absolute", absolute_, "PERCENT",
               "and by more than this share of the pairs");
  options.Text("--freeze", freeze_, "FILE", "write what was learned as a file for --rules");
}

Status NoiseOptions::Check() {
  TRY_ASSIGN(thresholds_.relative, Named("--noise-relative", ParsePercent(relative_)));
  TRY_ASSIGN(thresholds_.absolute, Named("--noise-absolute", ParsePercent(absolute_)));
  if (!freeze_.empty() && !asked()) {
    return Fail(ErrorCode::kUsage, "--freeze writes what was learned, and nothing is to be learned",
                "add --learn-noise, or --control RUN");
  }
  return {};
}

Result<NoiseReport> NoiseOptions::Learn(const Sides& sides, const dialect::Dialect& dialect,
                                        unsigned threads, const ParallelPass::Compare& compare,
                                        std::vector<compare::Rule>& rules) const {
  NoiseReport report{.from_repeats = from_repeats_, .from_control = !control_.empty()};
  compare::NoiseLearner learner;
  const auto learn_as = [&learner](compare::NoiseOrigin origin) {
    return [&learner, origin](const compare::Compared& pair) { learner.AddTrial(origin, pair); };
  };
  if (report.from_control) {
    TRY_ASSIGN(const Sides control, OpenSides(sides.run_folder, control_));
    AnswerPairs pairs(control);
    TRY(Pass(control, PairsOf(pairs), threads, compare, learn_as(compare::NoiseOrigin::kControl)));
  }
  if (report.from_repeats) {
    Sides source;
    source.source_folders = source.run_folder = sides.source_folders;
    RepeatPairs pairs(*sides.source, dialect);
    const auto find = [&](const AnswerPairs::Visitor& visit) { return pairs.Run(visit); };
    TRY(Pass(source, find, threads, compare, learn_as(compare::NoiseOrigin::kRepeats)));
  }
  AnswerPairs pairs(sides);
  TRY(Pass(sides, PairsOf(pairs), threads, compare,
           [&learner](const compare::Compared& pair) { learner.AddRaw(pair); }));
  report.repeats = learner.trials(compare::NoiseOrigin::kRepeats);
  report.controls = learner.trials(compare::NoiseOrigin::kControl);
  report.learned = learner.Learned(thresholds_);
  report.first_rule = rules.size();
  const std::string text = compare::RulesText(report.learned);
  TRY_ASSIGN(std::vector<compare::Rule> learned, compare::ParseRules(text, "learned noise"));
  for (compare::Rule& rule : learned) {
    rule.origin.clear();  // nobody wrote it
    rule.learned = true;
  }
  rules.insert(rules.end(), std::make_move_iterator(learned.begin()),
               std::make_move_iterator(learned.end()));
  if (!freeze_.empty()) {
    TRY_ASSIGN(Output out, Output::Open(freeze_));
    out.Write(text);
    TRY(out.Finish());
  }
  return report;
}

}  // namespace trafrec::tools
