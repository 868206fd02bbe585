#include <array>
#include <csignal>
#include <string>
#include <vector>

#include "tools/cli.h"

namespace {

namespace tools = trafrec::tools;

/// In the order of help.
constexpr std::array<tools::MakeCommand, 13> kCommands = {
    tools::MakeRecordCommand,     tools::MakeShowCommand,        tools::MakeExportCommand,
    tools::MakeStatsCommand,      tools::MakeVerifyCommand,      tools::MakeSqlCommand,

    tools::MakeCommitCommand,     tools::MakeKeygenCommand,      tools::MakeSentinelCommand,
    tools::MakeWatermarksCommand, tools::MakeCompletionsCommand, tools::MakeManCommand,
    tools::MakeVersionCommand};

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away shows as EPIPE where it is written to, and ends the command quietly.
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return static_cast<int>(tools::Cli(kCommands).Run(arguments));
}
