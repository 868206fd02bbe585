#include "store/commit/commit.h"

#include <fmt/format.h>

#include "tools/command.h"
#include "tools/damage_text.h"
#include "tools/json_object.h"
#include "tools/log_making.h"
#include "tools/output.h"
#include "tools/terminal.h"
#include "tools/units.h"
#include "tools/version.h"

namespace trafrec::tools {
namespace {

store::Cleanup CleanupOf(const std::string& word) {
  return word == "trash"    ? store::Cleanup::kTrash
         : word == "delete" ? store::Cleanup::kDelete
                            : store::Cleanup::kKeep;
}

std::string NameOf(const store::AttemptSummary& attempt) {
  return fmt::format("{}-{:04}", attempt.key.recorder, attempt.key.attempt);
}

std::string AttemptLine(const store::AttemptSummary& attempt) {
  std::string line = fmt::format("  {}  {}", NameOf(attempt), AttemptStateName(attempt.state));
  if (!attempt.why.empty()) {
    line += ": " + attempt.why;
  }
  if (attempt.segments > 0) {
    line += fmt::format(", {} in {}, {}", CountOf(attempt.counts.exchanges, "exchange"),
                        CountOf(attempt.segments, "segment"), HumanBytes(attempt.bytes));
  }
  if (attempt.deleted_segments > 0) {
    line += fmt::format(" ({} deleted by retention)", CountOf(attempt.deleted_segments, "segment"));
  }
  line += "\n";
  for (const std::string& failure : attempt.failures) {
    line += "    failure: " + EscapeForTerminal(failure) + "\n";
  }
  return line;
}

std::string ReportOf(const std::string& log, const store::CommitReport& report) {
  std::string out = DamageLines(report.damages, "") + DamageLines(report.notes, "note: ");
  uint64_t exchanges = 0;
  uint64_t part = 0;
  for (const store::AttemptSummary& attempt : report.summary.attempts) {
    const bool counts = attempt.state != store::AttemptState::kDiscarded;
    exchanges += counts ? attempt.counts.exchanges : 0;
    part += counts ? 1 : 0;
  }
  if (!report.committed) {
    return out + fmt::format("not committed: {}\n", CountOf(report.damages.size(), "damage"));
  }
  out +=
      fmt::format("{} {}: {} in {}\n", report.changed ? "committed" : "nothing new in",
                  EscapeForTerminal(log), CountOf(exchanges, "exchange"), CountOf(part, "attempt"));
  for (const store::AttemptSummary& attempt : report.summary.attempts) {
    out += AttemptLine(attempt);
  }
  if (report.cleaned.files > 0) {
    out += fmt::format("  cleaned up {}, {}\n", CountOf(report.cleaned.files, "file"),
                       HumanBytes(report.cleaned.bytes));
  }
  return out;
}

std::string JsonOf(const std::string& log, const store::CommitReport& report) {
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Bytes("log", log);
  json.Bool("committed", report.committed);
  json.Bool("changed", report.changed);
  json.Number("cleaned_files", report.cleaned.files);
  json.Number("cleaned_bytes", report.cleaned.bytes);
  AppendDamages(json, "damages", report.damages);
  AppendDamages(json, "notes", report.notes);
  if (report.committed) {
    json.Name("summary");
    out += report.summary_text;
  } else {
    json.Null("summary");
  }
  json.Close('}');
  return out + "\n";
}

class CommitCommand : public Command {
 public:
  CommandText text() const override {
    return {
        .name = "commit",
        .summary = "decide what a log consists of, and write its summary",
        .usage = {"trafrec commit LOG [--cleanup keep|trash|delete] [--sign KEY] [options]"},
        .description =
            {"Recovers live attempts that died, makes the manifests that sealed segments lack, "
             "checks the whole chain, and writes LOG/_SUMMARY.json: the statistics of the log and "
             "of each attempt. A job that reads files and did not finish is no part of the log; of "
             "one that was done twice exactly one attempt is. Readers go by the summary from then "
             "on.",
             "It may be called again and again, also after it was killed; recorders may run "
             "meanwhile: they count as far as they have sealed. If anything is missing or altered "
             "nothing is written, and the exit code is 1."},
        .examples = {{"after a recording", "trafrec commit LOG"},
                     {"signed, and without what does not count",
                      "trafrec commit LOG --sign sign.key --cleanup trash"},
                     {"for a script", "trafrec commit LOG --json | jq .summary.job.counts"}}};
  }

  void AddOptions(OptionSet& options) override {
    options.Group("Arguments");
    options.Positional("LOG", log_, "the log to commit");
    options.Group("Commit");
    options.Choice("--cleanup", cleanup_, "keep|trash|delete",
                   "what becomes of attempts that are no part of the log: they stay (keep, the "
                   "default), move to LOG/_trash, or are deleted");
    options.Flag("--verify", verify_, "hash every byte of the segments before");
    options.Text("--sign", sign_, "KEY",
                 "sign the summary, and the manifests that nobody has signed, with this key");
    options.Number("--jobs", jobs_, 1, 256, "N",
                   "threads; as many as there are cores if not given");
    options.Group("Output");
    options.Flag("--json", json_, "print one JSON object");
    options.Flag("-q,--quiet", quiet_, "print nothing; the exit code says it");
  }

  Result<ExitCode> Run(const Cli& /*cli*/) override {
    if (log_.empty()) {
      return Fail(ErrorCode::kUsage, "no log given", "as in: trafrec commit LOG");
    }
    store::CommitOptions options;
    options.log = log_;
    options.version = kVersion;
    options.cleanup = CleanupOf(cleanup_);
    options.verify_bytes = verify_;
    options.threads = static_cast<unsigned>(jobs_);
    TRY_ASSIGN(options.signing_key, SigningKeyOf(sign_));
    TRY_ASSIGN(const store::CommitReport report, store::CommitLog(options));
    if (!quiet_) {
      TRY_ASSIGN(Output out, Output::Open(""));
      out.Write(json_ ? JsonOf(log_, report) : ReportOf(log_, report));
      TRY(out.Finish());
    }
    return report.committed ? ExitCode::kDone : ExitCode::kFailed;
  }

  bool json() const override { return json_; }

 private:
  std::string log_;
  std::string cleanup_ = "keep";
  std::string sign_;
  int jobs_ = 0;
  bool verify_ = false;
  bool json_ = false;
  bool quiet_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeCommitCommand() { return std::make_unique<CommitCommand>(); }

}  // namespace trafrec::tools
