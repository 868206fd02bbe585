#include "store/codec/checksum.h"

#include <zlib.h>

namespace trafrec::store::codec {

uint32_t Crc32(uint32_t crc, Bytes bytes) {
  return static_cast<uint32_t>(crc32_z(crc, bytes.data(), bytes.size()));
}

}  // namespace trafrec::store::codec
