#pragma once

#include <filesystem>

#include "base/error.h"
#include "store/crypto/sealing.h"
#include "store/crypto/signing.h"

// A key as a file of two lines: `trafrec-key/1 KIND KEYID`, then the 32 bytes of the key in base64.
// KIND is sign-secret (the seed), sign-public, encrypt-secret, encrypt-public or redact-secret;
// KEYID is that of the public key, or of a hash where there is none. A secret file is for its owner
// only, and is refused when others may read it.

namespace trafrec::store::crypto {

Result<SigningKey> ReadSigningKey(const std::filesystem::path& path);
Result<VerifyKey> ReadVerifyKey(const std::filesystem::path& path);
Result<Identity> ReadIdentity(const std::filesystem::path& path);
Result<Recipient> ReadRecipient(const std::filesystem::path& path);

/// "k.key" -> "k.key.pub"
std::filesystem::path PublicPathOf(const std::filesystem::path& secret_path);

/// Makes `path` and its public file. Neither is ever overwritten; after a failure neither is left.
Status WriteKeyFiles(const std::filesystem::path& path, const SigningKey& key);
Status WriteKeyFiles(const std::filesystem::path& path, const Identity& identity);

/// The key of the tokens that stand for redacted values.
using RedactionKey = SecretBytes<32>;

/// Makes the file, and the folders above it, if it is not there. Of several that make it at a time
/// all get the same key.
Result<RedactionKey> ReadOrMakeRedactionKey(const std::filesystem::path& path);

}  // namespace trafrec::store::crypto
