#include "store/crypto/aead.h"

#include "store/crypto/sodium_start.h"

namespace trafrec::store::crypto {

static_assert(std::tuple_size_v<Nonce> == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kTagBytes == crypto_aead_xchacha20poly1305_ietf_ABYTES);

void Encrypt(const DataKey& key, const Nonce& nonce, Bytes clear, Bytes associated,
             std::span<uint8_t> out) {
  CHECK(out.size() == clear.size() + kTagBytes);
  CHECK(crypto_aead_xchacha20poly1305_ietf_encrypt(out.data(), nullptr, clear.data(), clear.size(),
                                                   associated.data(), associated.size(), nullptr,
                                                   nonce.data(), key.bytes().data()) == 0);
}

bool Decrypt(const DataKey& key, const Nonce& nonce, Bytes encrypted, Bytes associated,
             std::span<uint8_t> out) {
  if (encrypted.size() < kTagBytes) {
    return false;
  }
  CHECK(out.size() == encrypted.size() - kTagBytes);
  const bool genuine =
      crypto_aead_xchacha20poly1305_ietf_decrypt(
          out.data(), nullptr, nullptr, encrypted.data(), encrypted.size(), associated.data(),
          associated.size(), nonce.data(), key.bytes().data()) == 0;
  if (!genuine) {
    Wipe(out);
  }
  return genuine;
}

}  // namespace trafrec::store::crypto
