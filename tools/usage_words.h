#pragma once

#include <string>

#include "base/error.h"

namespace CLI {
class Error;
}  // namespace CLI

namespace trafrec::tools {

/// What the parser found wrong with the arguments, in our words: the option, what is wrong with it,
/// and what helps. `help` is what helps where nothing better is known. Escaped for a terminal.
Error UsageError(const CLI::Error& error, const std::string& help);

}  // namespace trafrec::tools
