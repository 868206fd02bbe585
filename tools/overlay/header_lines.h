#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace trafrec::tools {

/// Appends "name: value" with its line end. kUsage if the name is no token (RFC 9110, section
/// 5.6.2), or the value has a line end or a zero.
Status AppendHeader(std::string& fields, std::string_view name, std::string_view value);

/// The same of "Name: value", as a person types it.
Status AppendHeaderLine(std::string& fields, std::string_view line);

/// Whether a name can be a header's, or a method.
bool IsToken(std::string_view text);

}  // namespace trafrec::tools
