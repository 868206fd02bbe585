#include "tools/settings.h"

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <vector>

#include "base/nearest.h"
#include "tools/terminal.h"
#include "tools/usage_words.h"

namespace trafrec::tools {
namespace {

/// Options of one call only; a file or variable that set them would surprise.
bool IsSettable(const CLI::Option& option) {
  return !option.get_positional() && !option.get_lnames().empty() &&
         option.get_lnames().front() != "help" && option.get_lnames().front() != "config";
}

bool IsExcluded(const CLI::Option& option) {
  return std::ranges::any_of(option.get_excludes(),
                             [](const CLI::Option* other) { return other->count() > 0; });
}

/// Gives the option a value as if it had been typed.
Status Set(CLI::Option& option, const std::vector<std::string>& values, const std::string& where) {
  try {
    for (const std::string& value : values) {
      option.add_result(option.get_items_expected_max() == 0
                            ? option.get_flag_value(option.get_lnames().front(), value)
                            : value);
    }
    option.run_callback();
  } catch (const CLI::Error& error) {
    return Fail(ErrorCode::kUsage, where + ": " + UsageError(error, "").what,
                "correct it, or give --" + option.get_lnames().front() + " on the command line");
  }
  return {};
}

/// `App` is CLI::App, const or not; so is the option.
template <typename App>
auto FindOption(App& app, const std::string& name) {
  const auto options = app.get_options();
  const auto found = std::ranges::find_if(options, [&](const CLI::Option* option) {
    return IsSettable(*option) && option->check_lname(name);
  });
  return found == options.end() ? nullptr : *found;
}

Status UnknownName(const std::string& file, const std::string& name,
                   const std::vector<const CLI::App*>& apps) {
  std::vector<std::string> names;
  for (const CLI::App* app : apps) {
    std::ranges::copy(SettableNames(*app), std::back_inserter(names));
  }
  const std::string near = Nearest(name, names);
  return Fail(ErrorCode::kUsage,
              "config file " + file + ": there is no option '" + EscapeForTerminal(name) + "'",
              near.empty() ? "options are named as on the command line, without the dashes"
                           : "did you mean '" + near + "'?");
}

Status ApplyItem(const CLI::ConfigItem& item, const CLI::App& root, CLI::App& command,
                 const std::string& file) {
  if (item.name == "++" || item.name == "--") {  // CLI11's marks of a section's begin and end
    return {};
  }
  std::vector<const CLI::App*> apps;
  for (const CLI::App* app : root.get_subcommands([](const CLI::App*) { return true; })) {
    if (item.parents.empty() || item.parents.front() == app->get_name()) {
      apps.push_back(app);
    }
  }
  if (apps.empty() || item.parents.size() > 1) {
    return Fail(ErrorCode::kUsage,
                "config file " + file + ": there is no command '" +
                    EscapeForTerminal(item.parents.front()) + "'",
                "sections are named after commands: [record], [show], …");
  }
  const bool known = std::ranges::any_of(
      apps, [&](const CLI::App* app) { return FindOption(*app, item.name) != nullptr; });
  if (!known) {
    return UnknownName(file, item.name, apps);
  }
  const bool for_this = std::ranges::find(apps, &command) != apps.end();
  CLI::Option* option = for_this ? FindOption(command, item.name) : nullptr;
  if (option == nullptr || option->count() > 0 || IsExcluded(*option)) {
    return {};
  }
  return Set(*option, item.inputs, "config file " + file + ", " + item.fullname());
}

Status ApplyEnvironment(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    if (!IsSettable(*option) || option->count() > 0 || IsExcluded(*option)) {
      continue;
    }
    const std::string name = VariableOf(*option);
    const char* value = std::getenv(name.c_str());
    if (value != nullptr && *value != '\0') {
      TRY(Set(*option, {value}, "the variable " + name));
    }
  }
  return {};
}

Status ApplyConfig(const CLI::App& root, CLI::App& command, const std::string& file) {
  TRY(CheckConfigReadable(file));
  std::vector<CLI::ConfigItem> items;
  try {
    items = CLI::ConfigTOML().from_file(file);
  } catch (const CLI::Error&) {
    return Fail(ErrorCode::kUsage, "cannot read the config file " + file,
                "check the name given to --config, and the right to read it");
  }
  // A section for the command says more than a line for all commands.
  std::ranges::stable_partition(items, [](const auto& item) { return !item.parents.empty(); });
  for (const CLI::ConfigItem& item : items) {
    TRY(ApplyItem(item, root, command, file));
  }
  return {};
}

}  // namespace

std::string DefaultConfigPath() {
  const char* xdg = std::getenv("XDG_CONFIG_HOME");
  if (xdg != nullptr && *xdg != '\0') {
    return std::string(xdg) + "/trafrec/config.toml";
  }
  const char* home = std::getenv("HOME");
  return home == nullptr ? std::string() : std::string(home) + "/.config/trafrec/config.toml";
}

std::string ConfigFile(const std::string& config) {
  if (!config.empty()) {
    return config;
  }
  std::string file = DefaultConfigPath();
  std::error_code ignored;
  return !file.empty() && std::filesystem::exists(file, ignored) ? file : std::string();
}

Status CheckConfigReadable(const std::string& file) {
  if (file.empty() || faccessat(AT_FDCWD, file.c_str(), R_OK, AT_EACCESS) == 0) {
    return {};
  }
  return FailErrno(errno, "cannot read the config file " + EscapeForTerminal(file),
                   errno == EACCES ? "let uid " + std::to_string(geteuid()) +
                                         " read it, and enter the folders above it (chgrp, chmod)"
                                   : "check the name given to --config");
}

std::map<std::string, std::vector<std::string>> ValuesOf(const CLI::App& command) {
  std::map<std::string, std::vector<std::string>> values;
  for (const CLI::Option* option : command.get_options()) {
    if (IsSettable(*option) && option->count() > 0) {
      values[option->get_lnames().front()] = option->results();
    }
  }
  return values;
}

Status ApplyValues(CLI::App& command, const std::map<std::string, std::vector<std::string>>& values,
                   const std::string& where) {
  for (CLI::Option* option : command.get_options()) {
    if (!IsSettable(*option) || option->count() > 0 || IsExcluded(*option)) {
      continue;
    }
    const auto found = values.find(option->get_lnames().front());
    if (found != values.end()) {
      TRY(Set(*option, found->second, where));
    }
  }
  return {};
}

std::vector<std::string> SettableNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    if (IsSettable(*option)) {
      names.push_back(option->get_lnames().front());
    }
  }
  return names;
}

std::string VariableOf(const CLI::Option& option) {
  std::string name = "TRAFREC_" + option.get_lnames().front();
  std::ranges::transform(name, name.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(c));
  });
  return name;
}

Status ApplySettings(const CLI::App& root, CLI::App& command, const std::string& config) {
  TRY(ApplyEnvironment(command));
  const std::string file = ConfigFile(config);
  return file.empty() ? Status() : ApplyConfig(root, command, file);
}

}  // namespace trafrec::tools
