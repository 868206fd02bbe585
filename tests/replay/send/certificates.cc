#include "tests/replay/send/certificates.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>

#include "base/check.h"

namespace trafrec::send {
namespace {

struct FreeFile {
  void operator()(FILE* file) const { CHECK(std::fclose(file) == 0); }
};
using File = std::unique_ptr<FILE, FreeFile>;

File OpenToWrite(const std::string& path) {
  File file(std::fopen(path.c_str(), "w"));
  CHECK(file != nullptr && chmod(path.c_str(), 0600) == 0);
  return file;
}

void Extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  CHECK(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

}  // namespace

struct Certificate::Parts {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();

  ~Parts() {
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
};

Certificate::Certificate(const CertificateFacts& facts, const Certificate* issuer)
    : parts_(std::make_unique<Parts>()),
      file_((folder_ / "certificate.pem").string()),
      key_file_((folder_ / "key.pem").string()) {
  X509* const certificate = parts_->certificate;
  const Parts& signer = issuer == nullptr ? *parts_ : *issuer->parts_;
  constexpr long kDay = 86'400;
  static long serial = 0;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_set_version(certificate, X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), facts.valid_for_s);
  X509_set_pubkey(certificate, parts_->key);
  X509_NAME* const name = X509_get_subject_name(certificate);
  CHECK(X509_NAME_add_entry_by_txt(
            name, "CN", MBSTRING_UTF8,
            reinterpret_cast<const unsigned char*>(facts.common_name.c_str()), -1, -1, 0) == 1);
  X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate));
  if (issuer == nullptr) {
    Extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  }
  if (!facts.names.empty()) {
    Extend(certificate, signer.certificate, NID_subject_alt_name, facts.names);
  }
  CHECK(X509_sign(certificate, signer.key, EVP_sha256()) > 0);
  CHECK(PEM_write_X509(OpenToWrite(file_).get(), certificate) == 1);
  CHECK(PEM_write_PrivateKey(OpenToWrite(key_file_).get(), parts_->key, nullptr, nullptr, 0,
                             nullptr, nullptr) == 1);
}

Certificate::~Certificate() = default;

}  // namespace trafrec::send
