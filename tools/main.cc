#include <array>
#include <csignal>
#include <string>
#include <vector>

#include "tools/cli.h"
#include "tools/compare/compare_command.h"
#include "tools/dlq/dlq_command.h"
#include "tools/overlay/overlay_command.h"
#include "tools/patterns/patterns_command.h"
#include "tools/reconcile/reconcile_command.h"
#include "tools/replay/replay_command.h"

namespace {

namespace tools = trafrec::tools;

/// In the order of help. Commands that have a folder of their own stand beside the library of the
/// others, on which they are built, so that only the program knows all.
constexpr std::array<tools::MakeCommand, 22> kCommands = {
    tools::MakeRecordCommand,     tools::MakeShowCommand,
    tools::MakeExportCommand,     tools::MakeImportCommand,
    tools::MakeStatsCommand,      tools::MakeVerifyCommand,
    tools::MakeSqlCommand,        trafrec::patterns::MakePatternsCommand,
    tools::MakeReconcileCommand,  tools::MakeOverlayCommand,
    tools::MakeReplayCommand,     tools::MakeDlqCommand,
    tools::MakeCompareCommand,    tools::MakeCommitCommand,
    tools::MakeKeygenCommand,     tools::MakeSentinelCommand,
    tools::MakeWatermarksCommand, tools::MakeCtlCommand,
    tools::MakeConfigCommand,     tools::MakeCompletionsCommand,
    tools::MakeManCommand,        tools::MakeVersionCommand};

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away shows as EPIPE where it is written to, and ends the command quietly.
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return static_cast<int>(tools::Cli(kCommands).Run(arguments));
}
