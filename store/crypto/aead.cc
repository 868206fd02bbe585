#include "store/crypto/aead.h"

#include <algorithm>

#include "store/crypto/random.h"
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

namespace {

/// The draft, section 2.3: HChaCha20 makes a key of the first 16 bytes of the nonce, and the last 8
/// are the nonce of ChaCha20-Poly1305, behind four zeros.
constexpr size_t kKeyBytesOfNonce = crypto_core_hchacha20_INPUTBYTES;
constexpr size_t kZeros = 4;
using ChachaNonce = std::array<uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES>;
static_assert(kZeros + std::tuple_size_v<Nonce> - kKeyBytesOfNonce == ChachaNonce{}.size());

}  // namespace

Encryptor::Encryptor(const DataKey& key) {
  FillRandom(nonce_);
  CHECK(crypto_core_hchacha20(chacha_key_.bytes().data(), nonce_.data(), key.bytes().data(),
                              nullptr) == 0);
}

void Encryptor::Encrypt(Bytes clear, Bytes associated, std::span<uint8_t> out) {
  CHECK(out.size() == nonce_.size() + clear.size() + kTagBytes);
  const std::span counter = std::span(nonce_).subspan(kKeyBytesOfNonce);
  sodium_increment(counter.data(), counter.size());
  ChachaNonce nonce{};
  std::ranges::copy(counter, nonce.begin() + kZeros);
  std::ranges::copy(nonce_, out.begin());
  CHECK(crypto_aead_chacha20poly1305_ietf_encrypt(
            out.data() + nonce_.size(), nullptr, clear.data(), clear.size(), associated.data(),
            associated.size(), nullptr, nonce.data(), chacha_key_.bytes().data()) == 0);
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
