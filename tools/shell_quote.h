#pragma once

#include <string>
#include <string_view>

namespace trafrec::tools {

/// One word of a POSIX shell that stands for exactly these bytes, and shows nothing that could
/// drive a terminal. Bytes with a NUL, or control characters at the very end, cannot be such a
/// word.
std::string ShellQuoted(std::string_view bytes);

/// True where ShellQuoted gives a plain quoted text that survives copy and paste: UTF-8, no control
/// characters but line feeds and tabs.
bool IsPlainForShell(std::string_view bytes);

}  // namespace trafrec::tools
