#pragma once

#include <sodium.h>

#include "base/check.h"

// For the sources of this folder.

namespace trafrec::store::crypto {

/// libsodium chooses the code that fits the CPU, and opens the random source. It fails only where
/// the kernel has no random source at all.
inline void StartSodium() {
  static const bool started = sodium_init() >= 0;
  CHECK(started);
}

}  // namespace trafrec::store::crypto
