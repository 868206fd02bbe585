#include "tools/cli.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>

#include "base/nearest.h"
#include "tools/console.h"
#include "tools/help_text.h"
#include "tools/option_text.h"
#include "tools/output.h"
#include "tools/settings.h"
#include "tools/terminal.h"
#include "tools/usage_words.h"

namespace trafrec::tools {
namespace {

constexpr size_t kHelpWidthMax = 100;

/// Thrown by nothing of ours: CLI11 reports --help as an exception, and this carries it on.
Status HelpAsked() { return Fail(ErrorCode::kInterrupted, "help"); }

size_t HelpWidth() { return std::min(TerminalWidth(STDOUT_FILENO), kHelpWidthMax); }

/// Long names, with their dashes.
std::vector<std::string> LongNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const OptionText& option : OptionsOf(app)) {
    for (const std::string& name : option.names) {
      if (name.starts_with("--")) {
        names.push_back(name);
      }
    }
  }
  return names;
}

Status UnknownArgument(const CLI::App& app, const std::string& command,
                       const std::string& argument) {
  const std::string help = "see trafrec " + command + (command.empty() ? "" : " ") + "--help";
  const std::string shown = EscapeForTerminal(argument);
  if (!argument.starts_with('-')) {
    return Fail(ErrorCode::kUsage, "'" + shown + "' is one argument too many", help);
  }
  const std::string near = Nearest(argument.substr(0, argument.find('=')), LongNames(app));
  return Fail(ErrorCode::kUsage, "there is no option " + shown,
              near.empty() ? help : "did you mean " + near + "? " + help);
}

/// Where the options could not be read to their end, a command does not know it yet.
bool AsksForJson(const CLI::App& app, const std::vector<std::string>& arguments) {
  const auto end = std::ranges::find(arguments, "--");
  return std::find(arguments.begin(), end, "--json") != end &&
         app.get_option_no_throw("--json") != nullptr;
}

}  // namespace

void Command::PrintFailure(const Error& error) const { PrintError(error, json()); }

Cli::Cli(std::span<const MakeCommand> commands)
    : commands_(commands), root_(std::make_unique<CLI::App>()) {
  root_->name("trafrec");
  root_->set_help_flag("-h,--help", "print this help");
  root_->allow_extras();
  // Behind a command's name, another's is a word like others: a folder, or what to do.
  root_->require_subcommand(0, 1);
  root_->add_flag_callback(
      "--version", [] { throw CLI::CallForVersion("", 0); }, "print the version");
  for (const MakeCommand make : commands) {
    std::unique_ptr<Command> command = make();
    CLI::App* const app = Add(command->text());
    entries_.push_back({.command = std::move(command), .app = app});
  }
}

Cli::~Cli() = default;

CLI::App* Cli::Add(const CommandText& text) {
  CLI::App* app = root_->add_subcommand(text.name, text.summary);
  app->allow_extras();
  app->set_help_flag();
  return app;
}

void Cli::Declare(CLI::App& app, const std::function<void(OptionSet&)>& add_options) {
  app.option_defaults()->always_capture_default();
  OptionSet options(app);
  add_options(options);
  app.add_option("--config", config_,
                 "take options from this file; without it, from " +
                     std::string("$XDG_CONFIG_HOME/trafrec/config.toml if that exists"))
      ->type_name("FILE")
      ->group("Other");
  app.set_help_flag("-h,--help", "print this help")->group("Other");
}

void Cli::DeclareOptions(Entry& entry) {
  if (!entry.declared) {
    entry.declared = true;
    Declare(*entry.app, [&](OptionSet& options) { entry.command->AddOptions(options); });
  }
}

void Cli::DeclareAll() {
  std::ranges::for_each(entries_, std::bind_front(&Cli::DeclareOptions, this));
}

Status Cli::Apply(CLI::App& app) {
  if (!config_file().empty()) {
    DeclareAll();  // a line without a section may be of any command
  }
  return ApplySettings(*root_, app, config_);
}

OptionValues Cli::values() const { return ValuesOf(*Chosen()->app); }

Result<OptionValues> Cli::ReadAgain(const std::function<void(OptionSet&)>& add_options) const {
  const CommandText text = Chosen()->command->text();
  Cli again(commands_);
  const auto entry = std::ranges::find(again.entries_, text.name, [](const Entry& candidate) {
    return candidate.command->text().name;
  });
  again.root_->remove_subcommand(entry->app);
  entry->app = again.Add(text);
  entry->declared = true;
  again.Declare(*entry->app, add_options);
  TRY(again.Parse(arguments_));
  TRY(again.Apply(*entry->app));
  return ValuesOf(*entry->app);
}

Status Cli::Recall(const OptionValues& values, const std::string& where) const {
  return ApplyValues(*Chosen()->app, values, where);
}

std::string Cli::config_file() const { return ConfigFile(config_); }

Cli::Entry* Cli::Chosen() {
  const auto found =
      std::ranges::find_if(entries_, [](const Entry& entry) { return entry.app->parsed(); });
  return found == entries_.end() ? nullptr : &*found;
}

Status Cli::Parse(const std::vector<std::string>& arguments) {
  // Six hundred options are more work than some commands: only those that can be meant.
  const auto named = std::ranges::find_if(entries_, [&](const Entry& entry) {
    return !arguments.empty() && entry.app->get_name() == arguments.front();
  });
  if (named == entries_.end() || named->command->lists_options()) {
    DeclareAll();
  } else {
    DeclareOptions(*named);
  }
  // CLI11 takes the arguments from the back of the vector.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    root_->parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    return HelpAsked();
  } catch (const CLI::CallForVersion&) {
    return HelpAsked();
  } catch (const CLI::ParseError& error) {
    const Entry* entry = Chosen();
    const std::string command = entry == nullptr ? "" : entry->command->text().name + " ";
    return std::unexpected(UsageError(error, "see trafrec " + command + "--help"));
  }
  return {};
}

Result<ExitCode> Cli::Dispatch(const std::vector<std::string>& arguments) {
  const Status parsed = Parse(arguments);
  Entry* entry = Chosen();
  if (!parsed && parsed.error().code == ErrorCode::kInterrupted) {
    const bool version = entry == nullptr && root_->count("--version") > 0;
    return PrintText(version            ? VersionLine()
                     : entry == nullptr ? RootHelp(*this, HelpWidth())
                                        : CommandHelp(*entry, HelpWidth()));
  }
  TRY(parsed);
  if (entry == nullptr) {
    const std::vector<std::string> rest = root_->remaining();
    if (rest.empty()) {
      return Fail(ErrorCode::kUsage, "no command given", "trafrec --help lists the commands");
    }
    if (rest.front().starts_with('-')) {
      return std::unexpected(UnknownArgument(*root_, "", rest.front()).error());
    }
    std::vector<std::string> names;
    for (const Entry& known : entries_) {
      names.push_back(known.command->text().name);
    }
    const std::string near = Nearest(rest.front(), names);
    return Fail(ErrorCode::kUsage, "there is no command '" + EscapeForTerminal(rest.front()) + "'",
                near.empty() ? "trafrec --help lists the commands" : "did you mean " + near + "?");
  }
  const std::string name = entry->command->text().name;
  const std::vector<std::string> before = root_->remaining();
  std::vector<std::string> after = entry->app->remaining();
  // CLI11 keeps the end of the options where extras are allowed.
  std::erase(after, "--");
  if (!before.empty()) {
    return std::unexpected(UnknownArgument(*root_, name, before.front()).error());
  }
  if (!after.empty()) {
    return std::unexpected(UnknownArgument(*entry->app, name, after.front()).error());
  }
  TRY(Apply(*entry->app));
  return entry->command->Run(*this);
}

ExitCode Cli::Run(const std::vector<std::string>& arguments) {
  arguments_ = arguments;
  const Result<ExitCode> result = Dispatch(arguments);
  if (result) {
    return *result;
  }
  const Entry* entry = Chosen();
  if (entry == nullptr) {
    PrintError(result.error(), false);
  } else if (result.error().code == ErrorCode::kUsage && AsksForJson(*entry->app, arguments)) {
    PrintError(result.error(), true);
  } else {
    entry->command->PrintFailure(result.error());
  }
  return ExitCodeOf(result.error());
}

}  // namespace trafrec::tools
