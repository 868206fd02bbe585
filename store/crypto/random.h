#pragma once

#include <cstdint>
#include <span>

namespace trafrec::store::crypto {

/// Bytes from the kernel's random source: good enough for keys and nonces.
void FillRandom(std::span<uint8_t> bytes);

}  // namespace trafrec::store::crypto
