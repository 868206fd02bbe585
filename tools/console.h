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
/// "trafrec: text", with its line end.
std::string NoteText(std::string_view text);
/// The same on standard error.
void PrintNote(std::string_view text);
/// "try: remedy" with its line end; nothing for none.
std::string RemedyText(std::string_view remedy);
/// To standard error, in one call, so that lines of several threads do not mix. Nobody is left to
/// hear of a failure.
void ToStderr(std::string_view text);
/// To standard output; the exit code of a command that does nothing else.
Result<ExitCode> PrintText(std::string_view text);

/// "kNotFound" as "not_found": stable names for scripts.
const char* ErrorCodeName(ErrorCode code);

std::string VersionLine();

}  // namespace trafrec::tools
