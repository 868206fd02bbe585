#include "store/crypto/sealing.h"

#include <algorithm>

#include "store/crypto/sodium_start.h"

namespace trafrec::store::crypto {

static_assert(DataKey::kBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(std::tuple_size_v<SealedKey> == crypto_box_SEALBYTES + DataKey::kBytes);
static_assert(Identity::kSecretBytes == crypto_box_SECRETKEYBYTES);

DataKey DataKey::Generate() {
  SecretBytes<kBytes> secret;
  crypto_aead_xchacha20poly1305_ietf_keygen(secret.bytes().data());
  return DataKey(std::move(secret));
}

std::optional<SealedKey> Recipient::Seal(const DataKey& key) const {
  StartSodium();
  SealedKey sealed;
  if (crypto_box_seal(sealed.data(), key.bytes().data(), DataKey::kBytes, bytes_.data()) != 0) {
    return std::nullopt;
  }
  return sealed;
}

Identity Identity::Generate() {
  SecretBytes<kSecretBytes> secret;
  PublicBytes recipient;
  CHECK(crypto_box_keypair(recipient.data(), secret.bytes().data()) == 0);
  return {std::move(secret), recipient};
}

Identity Identity::FromSecret(std::span<const uint8_t, kSecretBytes> secret) {
  SecretBytes<kSecretBytes> copy;
  std::ranges::copy(secret, copy.bytes().begin());
  PublicBytes recipient;
  CHECK(crypto_scalarmult_base(recipient.data(), copy.bytes().data()) == 0);
  return {std::move(copy), recipient};
}

std::optional<DataKey> Identity::Open(const SealedKey& sealed) const {
  SecretBytes<DataKey::kBytes> key;
  if (crypto_box_seal_open(key.bytes().data(), sealed.data(), sealed.size(),
                           recipient_.bytes().data(), secret_.bytes().data()) != 0) {
    return std::nullopt;
  }
  return DataKey(std::move(key));
}

}  // namespace trafrec::store::crypto
