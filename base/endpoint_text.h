#pragma once

#include <optional>
#include <string_view>

#include "base/endpoint.h"

namespace trafrec {

/// "10.0.0.1", "2001:db8::1", or the latter in brackets; nullopt for anything else.
std::optional<IpAddress> ParseIpAddress(std::string_view text);
/// What Endpoint::ToString prints; nullopt for anything else.
std::optional<Endpoint> ParseEndpoint(std::string_view text);

}  // namespace trafrec
