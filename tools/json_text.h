#pragma once

#include <string>
#include <string_view>

namespace trafrec::tools {

/// Appends `text` as a JSON string with its quotes; valid UTF-8 only.
void AppendJsonString(std::string& out, std::string_view text);

/// Appends `bytes` as a JSON string if they are UTF-8, else as {"b64": "…"}.
void AppendJsonBytes(std::string& out, std::string_view bytes);

/// RFC 4648 with padding.
void AppendBase64(std::string& out, std::string_view bytes);

}  // namespace trafrec::tools
