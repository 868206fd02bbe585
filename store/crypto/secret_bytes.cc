#include "store/crypto/secret_bytes.h"

#include "store/crypto/sodium_start.h"

namespace trafrec::store::crypto {

void Wipe(std::span<uint8_t> secret) { sodium_memzero(secret.data(), secret.size()); }

bool EqualInConstantTime(std::span<const uint8_t> a, std::span<const uint8_t> b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

uint8_t* AllocateSecret(size_t bytes) {
  StartSodium();
  void* memory = sodium_malloc(bytes);
  CHECK(memory != nullptr);
  return static_cast<uint8_t*>(memory);
}

void FreeSecret::operator()(uint8_t* secret) const { sodium_free(secret); }

}  // namespace trafrec::store::crypto
