#include "store/crypto/signing.h"

#include "store/crypto/encoding.h"
#include "store/crypto/hash.h"
#include "store/crypto/sodium_start.h"

namespace trafrec::store::crypto {

std::string KeyIdOf(const PublicBytes& bytes) {
  const Digest digest = Sha256::Of(bytes);
  return ToHex(Bytes(digest).first(8));
}

bool VerifyKey::Verify(Bytes message, const Signature& signature) const {
  StartSodium();
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                     bytes_.data()) == 0;
}

SigningKey SigningKey::Generate() {
  StartSodium();
  SecretBytes<64> secret;
  PublicBytes verify_key;
  CHECK(crypto_sign_keypair(verify_key.data(), secret.bytes().data()) == 0);
  return {std::move(secret), verify_key};
}

SigningKey SigningKey::FromSeed(std::span<const uint8_t, kSeedBytes> seed) {
  StartSodium();
  SecretBytes<64> secret;
  PublicBytes verify_key;
  CHECK(crypto_sign_seed_keypair(verify_key.data(), secret.bytes().data(), seed.data()) == 0);
  return {std::move(secret), verify_key};
}

Signature SigningKey::Sign(Bytes message) const {
  Signature signature;
  CHECK(crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                             secret_.bytes().data()) == 0);
  return signature;
}

std::span<const uint8_t, SigningKey::kSeedBytes> SigningKey::seed() const {
  return secret_.bytes().first<kSeedBytes>();
}

}  // namespace trafrec::store::crypto
