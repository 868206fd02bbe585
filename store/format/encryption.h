#pragma once

#include <memory>
#include <vector>

#include "store/crypto/sealing.h"

namespace trafrec::store {

/// To whom a recorder encrypts, and what beside heads, bodies, targets and hosts. A value.
struct Encryption {
  std::vector<crypto::Recipient> recipients;  ///< empty: nothing is encrypted
  bool addresses = false;
};

/// Of an Error where the key is missing.
inline constexpr const char* kIdentityRemedy =
    "give --identity KEYFILE, the secret key of a recipient";

/// The secret keys that a reader has; null: none.
using Identities = std::shared_ptr<const std::vector<crypto::Identity>>;

}  // namespace trafrec::store
