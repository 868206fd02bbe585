#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "import/byte_source.h"

namespace trafrec::import {

enum class Format : uint8_t { kHar, kGor, kNdjson };

/// "har", as in --format.
const char* FormatName(Format format);
std::optional<Format> FormatOfName(std::string_view name);

/// Tells a file by its first bytes; an Error says what it is instead, and what to do. An empty file
/// is an Error, too. Moves nothing.
Result<Format> DetectFormat(ByteSource& source);

}  // namespace trafrec::import
