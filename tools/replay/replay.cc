#include <fmt/format.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tools/command.h"
#include "tools/console.h"
#include "tools/replay/recalled_options.h"
#include "tools/replay/replay_command.h"
#include "tools/replay/replay_remedy.h"
#include "tools/replay/replay_session.h"
#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

class ReplayCommand : public Command {
 public:
  CommandText text() const override;
  void AddOptions(OptionSet& options) override { options_.AddTo(options); }
  Result<ExitCode> Run(const Cli& cli) override;
  bool json() const override { return options_.json; }

 private:
  ReplayOptions options_;
};

CommandText ReplayCommand::text() const {
  return {
      .name = "replay",
      .summary = "send a log to a target, in the source's own order",
      .usage = {"trafrec replay LOG --to URL --run RUN [options]",
                "trafrec replay LOG --run RUN --resume [options]",
                "trafrec replay LOG --to URL --dry-run [options]"},
      .description =
          {"Sends the requests of a log again, so that the target's state becomes what the "
           "source's became. Whoever may have known of another request comes after it; what "
           "touches different things goes side by side. The answers are a log in RUN, which show, "
           "export, sql, stats and verify read.",
           "Each mutation goes out under a condition that excludes its own late copies, and the "
           "run remembers what was sent: --resume goes on after a crash, and nothing is done "
           "twice. What cannot be decided is kept as a dead letter (trafrec dlq). trafrec ctl RUN "
           "steers a run.",
           "The exit code is 3 if something was given up or held back, and 130 if the run was "
           "stopped "
           "before its end (Ctrl-C, SIGTERM, ctl RUN stop): --resume goes on."},
      .examples = {{"at the source's own pace",
                    "trafrec replay LOG --to http://new:9200 --run RUN"},
                   {"as fast as the order allows",
                    "trafrec replay LOG --to http://new:9200 --run RUN --speed max"},
                   {"what would be sent?", "trafrec replay LOG --to http://new:9200 --dry-run"},
                   {"after a crash, or Ctrl-C", "trafrec replay LOG --run RUN --resume"},
                   {"while it is still being recorded",
                    "trafrec replay LOG --to http://new:9200 --run RUN --follow"}},
  };
}

Result<ExitCode> ReplayCommand::Run(const Cli& cli) {
  TRY(options_.log.Check("trafrec replay LOG --to http://target:9200 --run RUN"));
  if (options_.resume) {
    if (const Status recalled = RecallOptions(options_.run, cli); !recalled) {
      return std::unexpected(WithRemedy(recalled.error(), options_));
    }
  }
  options_.given = KeptOptions(cli.values());
  TRY(options_.Check());
  TRY_ASSIGN(const auto session, ReplaySession::Open(options_));
  TRY_ASSIGN(Output out, Output::Open(""));
  if (options_.sends_nothing()) {
    const Result<std::vector<std::string>> notes = session->DryRunTo(out);
    TRY(out.Finish());
    TRY(notes);
    for (const std::string& note : options_.quiet ? std::vector<std::string>() : *notes) {
      PrintNote(note);
    }
    return ExitCode::kDone;
  }
  EventLog events(options_.log_format == "json" ? LogFormat::kJson : LogFormat::kText);
  TRY_ASSIGN(const ReplayReport report, session->Send(events));
  const Paint paint(WantsColor(ColorMode::kAuto, STDOUT_FILENO));
  out.Write(options_.json ? ReportAsJson(report) : ReportInWords(report, paint));
  TRY(out.Finish());
  if (report.stopped) {
    return ExitCode::kInterrupted;
  }
  if (const std::string why = session->WhyNothing(); !why.empty() && !options_.quiet) {
    PrintNote(why);
  }
  return report.clean() ? ExitCode::kDone : ExitCode::kDifferences;
}

}  // namespace

std::unique_ptr<Command> MakeReplayCommand() { return std::make_unique<ReplayCommand>(); }

}  // namespace trafrec::tools
