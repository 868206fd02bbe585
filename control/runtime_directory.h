#pragma once

#include <filesystem>

#include "base/error.h"

namespace trafrec::control {

/// The folder for this user's sockets, made if need be: $XDG_RUNTIME_DIR/trafrec; else
/// /run/trafrec, if that is this user's or can be made; else /tmp/trafrec-UID. Nobody else may
/// write to it: one that others could have prepared is refused.
Result<std::filesystem::path> RuntimeDirectory();

}  // namespace trafrec::control
