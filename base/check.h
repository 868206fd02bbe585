#pragma once

namespace trafrec {

/// Prints the broken invariant and aborts. Never returns.
[[noreturn]] void CheckFailed(const char* expression, const char* file, int line);

}  // namespace trafrec

/// An invariant of ours, not of the input: broken, it aborts in release builds too, because going
/// on would record lies. Bad traffic and failing disks are never a CHECK.
#define CHECK(expression)                  \
  (static_cast<bool>(expression) ? void(0) \
                                 : ::trafrec::CheckFailed(#expression, __FILE__, __LINE__))
