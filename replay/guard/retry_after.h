#pragma once

#include "replay/guard/guard.h"

namespace trafrec::guard {

/// For how long the answer asks to be left alone (RFC 9110, section 10.2.3); 0 if it does not say,
/// or if it names a time and nothing says what time it is there.
int64_t RetryAfterMs(const Reply& reply);

}  // namespace trafrec::guard
