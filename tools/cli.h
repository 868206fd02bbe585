#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tools/command.h"

namespace trafrec::tools {

/// The command line as a whole: its subcommands, their options, and the order in which an option's
/// value is found (command line, environment, config file, default).
class Cli {
 public:
  struct Entry {
    std::unique_ptr<Command> command;
    CLI::App* app;  ///< owned by the root
  };

  /// In the order in which help lists them.
  explicit Cli(std::span<const MakeCommand> commands);
  ~Cli();

  /// Parses, runs, prints errors; the process's exit code.
  ExitCode Run(const std::vector<std::string>& arguments);

  const CLI::App& root() const { return *root_; }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  Result<ExitCode> Dispatch(const std::vector<std::string>& arguments);
  Status Parse(const std::vector<std::string>& arguments);
  Entry* Chosen();

  std::unique_ptr<CLI::App> root_;
  std::vector<Entry> entries_;
  std::string config_;
};

}  // namespace trafrec::tools
