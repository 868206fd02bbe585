#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "tools/exit_code.h"
#include "tools/option_set.h"

namespace trafrec::tools {

class Cli;

struct Example {
  std::string says;
  std::string command;
};

/// What help, man page and completions say about a subcommand; its options say the rest.
struct CommandText {
  std::string name;
  std::string summary;                   ///< one line, lower case, no full stop
  std::vector<std::string> usage;        ///< "trafrec show LOG [options]"
  std::vector<std::string> description;  ///< paragraphs
  std::vector<Example> examples;
};

/// One subcommand. AddOptions is called once, then Run at most once.
class Command {
 public:
  virtual ~Command() = default;
  virtual CommandText text() const = 0;
  virtual void AddOptions(OptionSet& options) = 0;
  /// `cli` knows all commands: for the man page and the completions.
  virtual Result<ExitCode> Run(const Cli& cli) = 0;
  /// It shows the options of other commands.
  virtual bool lists_options() const { return false; }
  /// --json was given: errors are printed as JSON, too.
  virtual bool json() const { return false; }
  /// What it failed with, on standard error.
  virtual void PrintFailure(const Error& error) const;
};

using MakeCommand = std::unique_ptr<Command> (*)();

std::unique_ptr<Command> MakeRecordCommand();
std::unique_ptr<Command> MakeShowCommand();
std::unique_ptr<Command> MakeExportCommand();
std::unique_ptr<Command> MakeImportCommand();
std::unique_ptr<Command> MakeStatsCommand();
std::unique_ptr<Command> MakeVerifyCommand();
std::unique_ptr<Command> MakeSqlCommand();
std::unique_ptr<Command> MakeCommitCommand();
std::unique_ptr<Command> MakeKeygenCommand();
std::unique_ptr<Command> MakeSentinelCommand();
std::unique_ptr<Command> MakeWatermarksCommand();
std::unique_ptr<Command> MakeCtlCommand();
std::unique_ptr<Command> MakeConfigCommand();
std::unique_ptr<Command> MakeCompletionsCommand();
std::unique_ptr<Command> MakeManCommand();
std::unique_ptr<Command> MakeVersionCommand();

}  // namespace trafrec::tools
