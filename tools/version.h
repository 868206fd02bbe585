#pragma once

namespace trafrec::tools {

/// Set by CMake from the project's version.
inline constexpr const char* kVersion = TRAFREC_VERSION;

}  // namespace trafrec::tools
