#pragma once

#include <cstddef>
#include <span>

#include "base/time.h"

namespace trafrec {

/// As FormatTime, where nothing may be allocated: in a signal handler. No zero at its end.
inline constexpr size_t kTimeTextLength = 30;
void FormatTimeInto(TimeNs time, std::span<char, kTimeTextLength> text);

}  // namespace trafrec
