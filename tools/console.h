#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "tools/exit_code.h"

// What a command tells the person beside its output.

namespace trafrec::tools {

/// "trafrec: what" and "try: remedy", or with `json` one object, each with its line end.
std::string ErrorText(const Error& error, bool json);
/// The same on standard error.
void PrintError(const Error& error, bool json);
/// "trafrec: text" on standard error.
void PrintNote(std::string_view text);
/// To standard output; the exit code of a command that does nothing else.
Result<ExitCode> PrintText(std::string_view text);

/// "kNotFound" as "not_found": stable names for scripts.
const char* ErrorCodeName(ErrorCode code);

std::string VersionLine();

}  // namespace trafrec::tools
