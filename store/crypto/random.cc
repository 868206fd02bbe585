#include "store/crypto/random.h"

#include "store/crypto/sodium_start.h"

namespace trafrec::store::crypto {

void FillRandom(std::span<uint8_t> bytes) {
  StartSodium();
  randombytes_buf(bytes.data(), bytes.size());
}

}  // namespace trafrec::store::crypto
