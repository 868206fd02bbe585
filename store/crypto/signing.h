#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.h"
#include "store/crypto/secret_bytes.h"

// Ed25519 (RFC 8032).

namespace trafrec::store::crypto {

using Signature = std::array<uint8_t, 64>;
using PublicBytes = std::array<uint8_t, 32>;

/// The short name of a public key: the first 16 hex digits of its SHA-256.
std::string KeyIdOf(const PublicBytes& bytes);

/// Whoever has it can check signatures. A value.
class VerifyKey {
 public:
  explicit VerifyKey(const PublicBytes& bytes) : bytes_(bytes), id_(KeyIdOf(bytes)) {}

  [[nodiscard]] bool Verify(Bytes message, const Signature& signature) const;
  const std::string& id() const { return id_; }
  const PublicBytes& bytes() const { return bytes_; }

 private:
  PublicBytes bytes_;
  std::string id_;
};

/// Whoever has it can sign. Moved, never copied.
class SigningKey {
 public:
  static constexpr size_t kSeedBytes = 32;

  static SigningKey Generate();
  /// The seed is all there is to keep of the key.
  static SigningKey FromSeed(std::span<const uint8_t, kSeedBytes> seed);

  Signature Sign(Bytes message) const;
  const VerifyKey& verify_key() const { return verify_key_; }
  const std::string& id() const { return verify_key_.id(); }
  /// Valid as long as the key.
  std::span<const uint8_t, kSeedBytes> seed() const;

 private:
  SigningKey(SecretBytes<64> secret, const PublicBytes& verify_key)
      : secret_(std::move(secret)), verify_key_(verify_key) {}

  SecretBytes<64> secret_;  ///< as libsodium keeps it: the seed, then the public key
  VerifyKey verify_key_;
};

}  // namespace trafrec::store::crypto
