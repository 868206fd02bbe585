#include "store/crypto/hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/check.h"

// libcrypto fails in these calls only for want of memory, or of its own default provider.

namespace trafrec::store::crypto {
namespace {

/// Looked up once: by name each time, it costs more than hashing a short message.
const EVP_MD* Sha256Method() {
  static const EVP_MD* method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  CHECK(method != nullptr);
  return method;
}

EVP_MAC* HmacMethod() {
  static EVP_MAC* method = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  CHECK(method != nullptr);
  return method;
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  CHECK(context_ != nullptr);
  CHECK(EVP_DigestInit_ex2(context_.get(), Sha256Method(), nullptr) == 1);
}

void Sha256::Update(Bytes bytes) {
  CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

Digest Sha256::Finish() {
  Digest digest{};
  unsigned length = 0;
  CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), &length) == 1);
  CHECK(length == digest.size());
  CHECK(EVP_DigestInit_ex2(context_.get(), nullptr, nullptr) == 1);
  return digest;
}

Digest Sha256::Of(Bytes bytes) {
  Sha256 hash;
  hash.Update(bytes);
  return hash.Finish();
}

void Hmac::Free::operator()(evp_mac_ctx_st* context) const { EVP_MAC_CTX_free(context); }

Hmac::Hmac(Bytes key) : context_(EVP_MAC_CTX_new(HmacMethod())) {
  CHECK(context_ != nullptr);
  char name[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                   OSSL_PARAM_construct_end()};
  CHECK(EVP_MAC_init(context_.get(), key.data(), key.size(), parameters) == 1);
}

void Hmac::Update(Bytes bytes) {
  CHECK(EVP_MAC_update(context_.get(), bytes.data(), bytes.size()) == 1);
}

Digest Hmac::Finish() {
  Digest digest{};
  size_t length = 0;
  CHECK(EVP_MAC_final(context_.get(), digest.data(), &length, digest.size()) == 1);
  CHECK(length == digest.size());
  // Without a key it begins again under the one it has.
  CHECK(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1);
  return digest;
}

}  // namespace trafrec::store::crypto
