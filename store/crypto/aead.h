#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "store/crypto/sealing.h"
#include "store/crypto/secret_bytes.h"

// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, as libsodium has it).

namespace trafrec::store::crypto {

/// Never the same twice under one key; random ones are long enough for that.
using Nonce = std::array<uint8_t, 24>;

/// Bytes that an encrypted text has more than its clear one.
inline constexpr size_t kTagBytes = 16;

/// `out` takes clear.size() + kTagBytes bytes and may begin where `clear` does. `associated` is
/// not stored: to decrypt it must be given again.
void Encrypt(const DataKey& key, const Nonce& nonce, Bytes clear, Bytes associated,
             std::span<uint8_t> out);

/// Encrypts under one key, as Encrypt does, with nonces that it counts from a random one. Their
/// first 16 bytes stay, and so does the key that XChaCha20 makes of them: short texts cost a third
/// less.
class Encryptor {
 public:
  explicit Encryptor(const DataKey& key);

  /// `out` takes the nonce and, behind it, clear.size() + kTagBytes bytes.
  void Encrypt(Bytes clear, Bytes associated, std::span<uint8_t> out);

 private:
  SecretBytes<32> chacha_key_;
  Nonce nonce_;
};

/// `out` takes encrypted.size() - kTagBytes bytes and may begin where `encrypted` does. False, and
/// `out` wiped, if the key, the nonce, the associated data or a byte is another.
[[nodiscard]] bool Decrypt(const DataKey& key, const Nonce& nonce, Bytes encrypted,
                           Bytes associated, std::span<uint8_t> out);

}  // namespace trafrec::store::crypto
