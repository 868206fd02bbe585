#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "reconcile/source/live_source.h"
#include "reconcile/verdict/judge.h"
#include "store/reader/exchange_id.h"
#include "tools/encryption_options.h"
#include "tools/log_options.h"
#include "tools/output.h"
#include "tools/reconcile/boundary_run.h"
#include "tools/reconcile/decide.h"
#include "tools/reconcile/finding_json.h"
#include "tools/reconcile/finding_text.h"
#include "tools/reconcile/follow.h"
#include "tools/reconcile/reconcile_command.h"
#include "tools/reconcile/verdict_overlay.h"
#include "tools/reconcile/verdict_page.h"
#include "tools/server_access.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

constexpr const char* kExample = "trafrec reconcile LOG -o overlay.sqlite";
constexpr const char* kExplain = "explain";
constexpr const char* kBoundary = "boundary";
/// More would wait for the one that takes down what they find.
constexpr int kJobsMax = 16;

class ReconcileCommand final : public Command {
 public:
  CommandText text() const override;
  void AddOptions(OptionSet& options) override;
  Result<ExitCode> Run(const Cli& cli) override;
  bool json() const override { return json_; }

 private:
  bool explains() const { return !arguments_.empty() && arguments_.front() == kExplain; }
  bool bounds() const { return !arguments_.empty() && arguments_.front() == kBoundary; }
  Status Check() const;
  Status CheckBoundary() const;
  Result<ExitCode> FindBoundary() const;
  Result<reconcile::HistoryOptions> Waits() const;
  Result<reconcile::Judgement> Judge(store::LogReader& log, reconcile::History& history) const;
  send::Target Source() const;
  Result<ExitCode> Follow() const;
  Status Print(const reconcile::History& history, const reconcile::Judgement& judgement) const;
  Status Explain(const reconcile::History& history, const reconcile::Judgement& judgement) const;

  std::vector<std::string> arguments_;
  IdentityOptions identity_;
  std::string source_;
  ServerAccess access_;
  std::string translog_;
  std::string target_;
  std::string method_ = "auto";
  std::vector<std::string> backfills_;
  std::string overlay_;
  std::string html_;
  std::string settle_;
  std::string ack_delay_;
  std::string clock_error_;
  std::string accept_ = "proven";
  std::string dialect_ = "auto";
  int jobs_ = 0;  ///< as many as there are cores
  bool json_ = false;
  bool follow_ = false;
  bool keep_reads_ = false;
};

CommandText ReconcileCommand::text() const {
  return {
      .name = "reconcile",
      .summary = "what the source did of what its log leaves open",
      .usage = {"trafrec reconcile LOG [-o OVERLAY] [--accept presumed] [--html FILE]",
                "trafrec reconcile LOG --follow [--source URL] [-o OVERLAY]",
                "trafrec reconcile explain LOG ID [--json]",
                "trafrec reconcile boundary LOG [--target URL] [-o OVERLAY] [--json]"},
      .description =
          {"A recorder sees requests whose answers it does not see: the client went away, the "
           "connection was reset, packets were lost. reconcile decides for each such mutation, and "
           "for each item of a bulk, whether the source committed it: from the wire, from versions "
           "and sequence numbers, and from what later answers show. What it says to be proven "
           "holds "
           "in every history that fits the log; what it presumes names its assumptions.",
           "The overlay holds the verdicts and the places in the source's order; with it replay "
           "leaves out what did not happen. docs/reconcile.md explains the evidence.",
           "boundary finds which of the recorded mutations a backfill holds already, so that a "
           "replay onto it sends the others, each once, though the source was never paused."},
      .examples =
          {{"decide, and keep it for a replay", kExample},
           {"why one of them", "trafrec reconcile explain LOG vm-0001-2rs"},
           {"send what happened, and nothing else",
            "trafrec replay LOG --overlay overlay.sqlite --to http://127.0.0.1:9201 "
            "--run RUN"},
           {"while it is recorded, asking the source before later writes hide what was done",
            "trafrec reconcile LOG --follow --source http://127.0.0.1:9200 -o overlay.sqlite"},
           {"for those who decide", "trafrec reconcile LOG --html verdicts.html"},
           {"onto a restored snapshot that was taken while the log was recorded",
            "trafrec reconcile boundary LOG --target http://127.0.0.1:9201 -o overlay.sqlite"},
           {"for a script",
            "trafrec reconcile LOG --json | jq -r .verdict | sort | uniq "
            "-c"}},
  };
}

void ReconcileCommand::AddOptions(OptionSet& options) {
  options.Group("Arguments");
  options.Positionals(
      "LOG", arguments_,
      "the source's log; of explain: the word, the log, and an exchange's id; of boundary: "
      "the word, and the log");
  identity_.AddTo(options);
  options.Group("Evidence beside the log");
  options.Text("--translog", translog_, "DIR",
               "the source's own journal: the data folder of its node, or a copy of it");
  options.Text("--source", source_, "URL",
               "ask the live source, with few requests: http://host:9200. The sooner after the "
               "recording, the more it still knows");
  access_.AddTo(options, "basic|bearer|api-key", "how to log in there", "source");
  options.Group("Boundary");
  options.Text(
      "--target", target_, "URL",
      "what was made of the backfill, before anything is replayed to it: a restored one says as of "
      "when its documents are. --auth and its like are for it");
  options.Choice("--method", method_, "auto|snapshot|scroll",
                 "how the backfill was taken; a reindex from remote is a scroll at the source");
  options.List(
      "--backfill", backfills_, "ID",
      "the request that took it, if the log has several: an exchange's id; of scrolls over several "
      "indices, all");
  options.Flag("--keep-reads", keep_reads_,
               "replay also the reads that began before the backfill had ended: the target holds "
               "what came later, and answers them otherwise");
  options.Group("Verdicts");
  options.Choice("--accept", accept_, "proven|presumed",
                 "which verdicts the overlay takes: what is proven, or also what rests on an "
                 "assumption that is named");
  options.Text("--settle", settle_, "DURATION",
               "so long a request that nobody answered may still be carried out, or twice the "
               "longest answer of the log if that is more; 3s");
  options.Text("--max-ack-delay", ack_delay_, "DURATION",
               "a receiver acknowledges within that time; 250ms");
  options.Text("--clock-error", clock_error_, "DURATION",
               "by how much the recorders' clocks may differ; found out if not given");
  options.Choice("--dialect", dialect_, "auto|http|search",
                 "how requests are understood; auto: what the first 200 exchanges look like");
  options.Number("--jobs", jobs_, 1, kJobsMax, "N",
                 "threads that take apart what was recorded; as many as there are cores. What is "
                 "said does not depend on it");
  options.Group("Output");
  options.Text("-o,--out", overlay_, "OVERLAY",
               "write verdicts and places in the source's order into this overlay");
  options.Flag(
      "-f,--follow", follow_,
      "go on while the log grows: a line for each verdict once it is given, and the "
      "overlay anew, until its recorder has ended, or Ctrl-C; with --source, ask as soon as "
      "something is in question");
  options.Text("--html", html_, "FILE", "write all verdicts with their evidence as one page");
  options.Flag("--json", json_, "a JSON object a line (docs/reconcile.md)");
}

Status ReconcileCommand::Check() const {
  if (bounds()) {
    return CheckBoundary();
  }
  if (explains() && follow_) {
    return Fail(ErrorCode::kUsage, "--follow is not for explain",
                "trafrec reconcile LOG --follow -o OVERLAY");
  }
  if (!target_.empty() || !backfills_.empty() || method_ != "auto" || keep_reads_) {
    return Fail(ErrorCode::kUsage,
                "--target, --method, --backfill and --keep-reads are for boundary",
                "as in: trafrec reconcile boundary LOG --target URL");
  }
  const size_t wanted = explains() ? 3 : 1;
  if (arguments_.size() < wanted) {
    return Fail(ErrorCode::kUsage,
                arguments_.empty() ? "no log given" : "explain takes a log and an id",
                std::string("as in: ") +
                    (explains() ? "trafrec reconcile explain LOG vm-0001-2rs" : kExample));
  }
  if (arguments_.size() > wanted) {
    return Fail(ErrorCode::kUsage, fmt::format("'{}' is one argument too many", arguments_[wanted]),
                std::string("as in: ") + kExample);
  }
  if (explains() && !(overlay_.empty() && html_.empty())) {
    return Fail(ErrorCode::kUsage, "--out and --html are not for explain", "leave them out");
  }
  if (html_ == "-") {
    return Fail(ErrorCode::kUsage, "--html - and the verdicts both print to standard output",
                "give --html a file");
  }
  TRY(access_.Check());
  if (source_.empty() && access_.given()) {
    return Fail(ErrorCode::kUsage, "--auth, --ca, --cert and --insecure are for --source",
                "add --source URL");
  }
  return {};
}

Status ReconcileCommand::CheckBoundary() const {
  if (arguments_.size() != 2) {
    return Fail(ErrorCode::kUsage,
                arguments_.size() < 2 ? std::string("boundary takes a log")
                                      : fmt::format("'{}' is one argument too many", arguments_[2]),
                "as in: trafrec reconcile boundary LOG --target URL -o overlay.sqlite");
  }
  if (!source_.empty() || !translog_.empty() || follow_) {
    return Fail(ErrorCode::kUsage, "--source, --translog and --follow are not for boundary",
                "let trafrec reconcile LOG -o OVERLAY decide first; boundary reads its overlay");
  }
  if (jobs_ != 0) {
    return Fail(ErrorCode::kUsage, "--jobs is not for boundary", "leave it out");
  }
  TRY(access_.Check());
  if (target_.empty() && access_.given()) {
    return Fail(ErrorCode::kUsage, "--auth, --ca, --cert and --insecure are for --target",
                "add --target URL");
  }
  return {};
}

Result<ExitCode> ReconcileCommand::FindBoundary() const {
  BoundaryOptions options{.log = arguments_[1],
                          .dialect = dialect_,
                          .target = target_,
                          .method = method_,
                          .backfills = backfills_,
                          .overlay = overlay_,
                          .keep_reads = keep_reads_,
                          .json = json_};
  TRY_ASSIGN(const reconcile::HistoryOptions waits, Waits());
  options.settle_ns = waits.settle_ns;
  TRY_ASSIGN(store::Identities identities, identity_.Make());
  return RunBoundary(options, access_, std::move(identities));
}

Status ReconcileCommand::Print(const reconcile::History& history,
                               const reconcile::Judgement& judgement) const {
  TRY_ASSIGN(Output out, Output::Open(""));
  if (!json_) {
    out.Write(JudgementText(history, judgement, TerminalWidth(STDOUT_FILENO)));
    return out.Finish();
  }
  for (const reconcile::Finding& finding : judgement.findings) {
    out.Write(FindingJson(history, finding));
  }
  for (const reconcile::MissingMutation& missing : judgement.missing) {
    out.Write(MissingJson(history, missing));
  }
  for (const reconcile::Note& note : judgement.notes) {
    out.Write(NoteJson(note));
  }
  return out.Finish();
}

Status ReconcileCommand::Explain(const reconcile::History& history,
                                 const reconcile::Judgement& judgement) const {
  TRY_ASSIGN(const store::OperationAddress wanted,
             Named("ID", store::ParseAddress(arguments_.back())));
  TRY_ASSIGN(Output out, Output::Open(""));
  bool found = false;
  for (const reconcile::Finding& finding : judgement.findings) {
    const store::OperationAddress& at = history.questions[finding.question].at;
    if (at.exchange == wanted.exchange && (!wanted.item || at.item == wanted.item)) {
      found = true;
      out.Write(json_ ? FindingJson(history, finding) : FindingText(history, finding));
    }
  }
  if (!found) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("nothing is open about {}: its answer says what became of it, it is no "
                            "mutation, or it is not in the log",
                            arguments_.back()),
                "trafrec reconcile LOG --json lists what is open");
  }
  return out.Finish();
}

Result<reconcile::HistoryOptions> ReconcileCommand::Waits() const {
  reconcile::HistoryOptions options;
  const unsigned jobs = jobs_ == 0 ? CoreCount() : static_cast<unsigned>(jobs_);
  options.threads = jobs == 1 ? 0 : jobs;
  if (!settle_.empty()) {
    TRY_ASSIGN(const int64_t ms, Named("--settle", ParseDurationMs(settle_)));
    options.settle_ns = ms * kNsPerMs;
  }
  if (!clock_error_.empty()) {
    TRY_ASSIGN(const int64_t ms, Named("--clock-error", ParseDurationMs(clock_error_)));
    options.clock_error_ns = ms * kNsPerMs;
  }
  if (!ack_delay_.empty()) {
    TRY_ASSIGN(const int64_t ms, Named("--max-ack-delay", ParseDurationMs(ack_delay_)));
    options.ack_delay_ns = ms * kNsPerMs;
  }
  return options;
}

Result<reconcile::Judgement> ReconcileCommand::Judge(store::LogReader& log,
                                                     reconcile::History& history) const {
  DecisionOptions how{.dialect = dialect_, .translog = translog_};
  TRY_ASSIGN(how.waits, Waits());
  std::optional<reconcile::LiveSource> source;
  if (!source_.empty()) {
    TRY_ASSIGN(const dialect::Dialect* dialect, DialectOf(dialect_, log));
    if (dialect->name() == "http") {
      how.service = Source();
      return Decide(log, how, history);
    }
    TRY_ASSIGN(source, reconcile::LiveSource::Open(Source()));
    how.source = &*source;
  }
  return Decide(log, how, history);
}

send::Target ReconcileCommand::Source() const {
  send::Target target{.name = "source", .url = source_};
  access_.Apply(target);
  return target;
}

Result<ExitCode> ReconcileCommand::Follow() const {
  ReconcileFollowOptions options{.log = arguments_.front(),
                                 .dialect = dialect_,
                                 .translog = translog_,
                                 .overlay = overlay_,
                                 .html = html_,
                                 .presumed = accept_ == "presumed",
                                 .json = json_};
  TRY_ASSIGN(options.waits, Waits());
  TRY_ASSIGN(options.identities, identity_.Make());
  if (!source_.empty()) {
    options.source = Source();
  }
  TRY(FollowLog(options));
  return ExitCode::kDone;
}

Result<ExitCode> ReconcileCommand::Run(const Cli& /*cli*/) {
  TRY(Check());
  if (bounds()) {
    return FindBoundary();
  }
  if (follow_) {
    return Follow();
  }
  const std::string& folder = explains() ? arguments_[1] : arguments_[0];
  TRY_ASSIGN(store::Identities identities, identity_.Make());
  TRY_ASSIGN(const auto log, store::LogReader::Open(folder, std::move(identities)));
  if (!overlay_.empty()) {
    TRY(CheckOverlay(overlay_, folder));
  }
  std::optional<Output> page;
  if (!html_.empty()) {
    TRY_ASSIGN(Output opened, Output::Open(html_));
    page.emplace(std::move(opened));
  }
  reconcile::History history;
  TRY_ASSIGN(const reconcile::Judgement judgement, Judge(*log, history));
  if (explains()) {
    TRY(Explain(history, judgement));
    return ExitCode::kDone;
  }
  if (!overlay_.empty()) {
    TRY(WriteVerdicts(overlay_, folder, *log, history, judgement, accept_ == "presumed"));
  }
  if (page) {
    TRY_ASSIGN(std::vector<store::AttemptInfo> attempts, log->Attempts());
    page->Write(VerdictPage({folder, history, judgement, std::move(attempts)}));
    TRY(page->Finish());
  }
  TRY(Print(history, judgement));
  return ExitCode::kDone;
}

}  // namespace

std::unique_ptr<Command> MakeReconcileCommand() { return std::make_unique<ReconcileCommand>(); }

}  // namespace trafrec::tools
