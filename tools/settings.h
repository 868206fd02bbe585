#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace trafrec::tools {

/// Fills the options of `command` that the command line did not give, from TRAFREC_NAME variables,
/// then from the config file. An option that excludes one that is given already stays away.
/// `config` is --config's value; "" means the default file, if it exists. Every name in the file is
/// checked, also those of other commands.
Status ApplySettings(const CLI::App& root, CLI::App& command, const std::string& config);

/// $XDG_CONFIG_HOME/trafrec/config.toml, or ~/.config/trafrec/config.toml; "" without a home.
std::string DefaultConfigPath();

/// The file that `config` names, or the default one if that exists; "" for none.
std::string ConfigFile(const std::string& config);

/// May this process read that file, with the rights that it has now? One that gave them up may not
/// read what it could read at its start. "" is fine.
Status CheckConfigReadable(const std::string& file);

/// What was given to each option that a file can set, by its long name, as text.
std::map<std::string, std::vector<std::string>> ValuesOf(const CLI::App& command);

/// Fills the options of `command` that nothing gave, with values as ValuesOf has them. `where` they
/// come from, for sentences.
Status ApplyValues(CLI::App& command, const std::map<std::string, std::vector<std::string>>& values,
                   const std::string& where);

/// Names without dashes of the options that a config file may set.
std::vector<std::string> SettableNames(const CLI::App& app);

/// "TRAFREC_ROTATE_BYTES" of an option with the long name rotate-bytes.
std::string VariableOf(const CLI::Option& option);

}  // namespace trafrec::tools
