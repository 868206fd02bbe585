#pragma once

#include <string>
#include <string_view>

#include "tools/cli.h"

namespace trafrec::tools {

/// `trafrec --help`.
std::string RootHelp(const Cli& cli, size_t width);
/// `trafrec COMMAND --help`.
std::string CommandHelp(const Cli::Entry& entry, size_t width);

/// `text` in lines of at most `width` columns, each after `indent` blanks.
std::string Wrapped(std::string_view text, size_t indent, size_t width);

/// What every page says of exit codes, files and variables; pairs of a term and its meaning.
std::vector<std::pair<std::string, std::string>> ExitCodeTexts();
std::vector<std::pair<std::string, std::string>> EnvironmentTexts();

/// One sentence of what trafrec is.
inline constexpr const char* kWhatItIs =
    "a passive HTTP traffic recorder: packets in, a log of exchanges out that says what it missed";

}  // namespace trafrec::tools
