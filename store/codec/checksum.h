#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace trafrec::store::codec {

/// CRC-32 with zlib's polynomial, continued from `crc` (0 to begin).
uint32_t Crc32(uint32_t crc, Bytes bytes);

}  // namespace trafrec::store::codec
