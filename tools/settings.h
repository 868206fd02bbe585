#pragma once

#include <string>

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

/// "TRAFREC_ROTATE_BYTES" of an option with the long name rotate-bytes.
std::string VariableOf(const CLI::Option& option);

}  // namespace trafrec::tools
