#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace trafrec::store::crypto {

/// Makes memory forget a secret, where the compiler would leave out a plain memset.
void Wipe(std::span<uint8_t> secret);
/// Takes as long whatever the bytes are. Lengths are no secret.
bool EqualInConstantTime(std::span<const uint8_t> a, std::span<const uint8_t> b);

/// Memory of its own pages, between guard pages, kept out of swap and core dumps where the limits
/// of the process allow it. Aborts if there is none.
uint8_t* AllocateSecret(size_t bytes);

struct FreeSecret {
  void operator()(uint8_t* secret) const;  ///< wipes it first
};

/// N bytes that only this object holds: moved, never copied, wiped at the end. Takes whole pages,
/// so it is for keys, not for messages. Not initialised.
template <size_t N>
class SecretBytes {
 public:
  SecretBytes() : bytes_(AllocateSecret(N)) {}

  std::span<uint8_t, N> bytes() { return std::span<uint8_t, N>(bytes_.get(), N); }
  std::span<const uint8_t, N> bytes() const { return std::span<const uint8_t, N>(bytes_.get(), N); }

 private:
  std::unique_ptr<uint8_t, FreeSecret> bytes_;
};

}  // namespace trafrec::store::crypto
