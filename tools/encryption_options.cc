#include "tools/encryption_options.h"

#include <memory>

#include "store/crypto/key_file.h"

namespace trafrec::tools {

void RecipientOptions::AddTo(OptionSet& options) {
  options.Group("Encryption");
  options.Files("--encrypt-to", files,
                "encrypt heads, bodies, targets and hosts to this public key, made by trafrec "
                "keygen --for encrypt; repeatable, each recipient can read all");
  options.Flag("--encrypt-addresses", addresses, "encrypt the addresses of both sides, too");
}

Status RecipientOptions::Check() const {
  if (addresses && files.empty()) {
    return Fail(ErrorCode::kUsage, "--encrypt-addresses needs --encrypt-to",
                "name the public key file of somebody who may read the log");
  }
  return {};
}

Result<store::Encryption> RecipientOptions::Make() const {
  store::Encryption encryption;
  encryption.addresses = addresses;
  for (const std::string& file : files) {
    TRY_ASSIGN(store::crypto::Recipient recipient, store::crypto::ReadRecipient(file));
    encryption.recipients.push_back(std::move(recipient));
  }
  return encryption;
}

void IdentityOptions::AddTo(OptionSet& options) {
  options.Files("--identity", files,
                "secret key file that opens an encrypted log, made by trafrec keygen --for "
                "encrypt; repeatable");
}

Result<store::Identities> IdentityOptions::Make() const {
  if (files.empty()) {
    return nullptr;
  }
  auto identities = std::make_shared<std::vector<store::crypto::Identity>>();
  for (const std::string& file : files) {
    TRY_ASSIGN(store::crypto::Identity identity, store::crypto::ReadIdentity(file));
    identities->push_back(std::move(identity));
  }
  return identities;
}

}  // namespace trafrec::tools
