#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "store/crypto/secret_bytes.h"
#include "store/crypto/signing.h"

// A data key encrypts; to those who may read it is handed in sealed boxes (X25519,
// XSalsa20-Poly1305 with an ephemeral key: libsodium's crypto_box_seal).

namespace trafrec::store::crypto {

/// A key of XChaCha20-Poly1305, see aead.h. Moved, never copied; on disk only sealed.
class DataKey {
 public:
  static constexpr size_t kBytes = 32;

  static DataKey Generate();

  std::span<const uint8_t, kBytes> bytes() const { return secret_.bytes(); }

 private:
  friend class Identity;
  explicit DataKey(SecretBytes<kBytes> secret) : secret_(std::move(secret)) {}

  SecretBytes<kBytes> secret_;
};

/// A data key that one recipient can open.
using SealedKey = std::array<uint8_t, 80>;

/// One who may read: an X25519 public key. A value.
class Recipient {
 public:
  explicit Recipient(const PublicBytes& bytes) : bytes_(bytes), id_(KeyIdOf(bytes)) {}

  /// Each call gives other bytes. Nothing for a public key that nobody can have made (a point of
  /// low order).
  std::optional<SealedKey> Seal(const DataKey& key) const;
  const std::string& id() const { return id_; }
  const PublicBytes& bytes() const { return bytes_; }

 private:
  PublicBytes bytes_;
  std::string id_;
};

/// The secret half of a recipient. Moved, never copied.
class Identity {
 public:
  static constexpr size_t kSecretBytes = 32;

  static Identity Generate();
  static Identity FromSecret(std::span<const uint8_t, kSecretBytes> secret);

  /// Nothing if it was sealed to another, or altered.
  std::optional<DataKey> Open(const SealedKey& sealed) const;
  const Recipient& recipient() const { return recipient_; }
  const std::string& id() const { return recipient_.id(); }
  /// Valid as long as the identity.
  std::span<const uint8_t, kSecretBytes> secret() const { return secret_.bytes(); }

 private:
  Identity(SecretBytes<kSecretBytes> secret, const PublicBytes& recipient)
      : secret_(std::move(secret)), recipient_(recipient) {}

  SecretBytes<kSecretBytes> secret_;
  Recipient recipient_;
};

}  // namespace trafrec::store::crypto
