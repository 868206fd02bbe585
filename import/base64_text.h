#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace trafrec::import {

/// The bytes of padded base64; nullopt for anything else.
std::optional<std::string> BytesOfBase64(std::string_view text);

}  // namespace trafrec::import
