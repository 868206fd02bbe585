#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tools/command.h"

namespace trafrec::tools {

/// What was given to a command's options, by their long names without dashes, as text.
using OptionValues = std::map<std::string, std::vector<std::string>>;

/// The command line as a whole: its subcommands, their options, and the order in which an option's
/// value is found (command line, environment, config file, default).
class Cli {
 public:
  struct Entry {
    std::unique_ptr<Command> command;
    CLI::App* app;  ///< owned by the root
    bool declared = false;
  };

  /// In the order in which help lists them; borrowed, and asked again by ReadAgain.
  explicit Cli(std::span<const MakeCommand> commands);
  ~Cli();

  /// Parses, runs, prints errors; the process's exit code.
  ExitCode Run(const std::vector<std::string>& arguments);

  const CLI::App& root() const { return *root_; }
  /// All commands. Their options only for one that lists them.
  const std::vector<Entry>& entries() const { return entries_; }

  /// Of the command that runs: what the command line, the variables and the config file gave.
  OptionValues values() const;
  /// Reads all three once more, for the command that runs, into what `add_options` declares: the
  /// same options as the command's own. An Error says what is wrong now.
  Result<OptionValues> ReadAgain(const std::function<void(OptionSet&)>& add_options) const;
  /// Gives the options of the command that runs, which none of the three gave, these values.
  Status Recall(const OptionValues& values, const std::string& where) const;
  /// The config file that is read; "" if there is none.
  std::string config_file() const;

 private:
  CLI::App* Add(const CommandText& text);
  void Declare(CLI::App& app, const std::function<void(OptionSet&)>& add_options);
  void DeclareOptions(Entry& entry);
  void DeclareAll();
  /// What the variables and the config file say of the options that were not given.
  Status Apply(CLI::App& app);
  Result<ExitCode> Dispatch(const std::vector<std::string>& arguments);
  Status Parse(const std::vector<std::string>& arguments);
  Entry* Chosen();
  const Entry* Chosen() const { return const_cast<Cli*>(this)->Chosen(); }

  std::span<const MakeCommand> commands_;  // of static storage
  std::unique_ptr<CLI::App> root_;
  std::vector<Entry> entries_;
  std::string config_;
  std::vector<std::string> arguments_;
};

}  // namespace trafrec::tools
