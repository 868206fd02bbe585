#pragma once

#include <span>

namespace trafrec::daemon {

/// System calls, by libseccomp's numbers, that a recorder in its steady state may make whatever
/// their arguments are. Those that it may make with some arguments only are in syscall_filter.cc.
std::span<const int> AllowedCalls();

/// What the runtime of a sanitizer calls in addition; empty in the build that users get.
std::span<const int> SanitizerCalls();

}  // namespace trafrec::daemon
