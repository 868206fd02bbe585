#include "replay/send/certificate_words.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string_view>

namespace trafrec::send {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
using Text = std::unique_ptr<BIO, FreeBio>;

std::string_view View(const Text& text) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return {data, size > 0 ? static_cast<size_t>(size) : 0};
}

/// "CN=es.example,O=Example"; control characters are escaped.
std::string InWords(const X509_NAME* name) {
  const Text text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  return std::string(View(text));
}

/// Whom it is for: "DNS:a, IP Address:127.0.0.1".
std::string AlternativeNames(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string all;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const Text text(BIO_new(BIO_s_mem()));
    GENERAL_NAME_print(text.get(), sk_GENERAL_NAME_value(names.get(), i));
    all += (all.empty() ? "" : ", ") + std::string(View(text));
  }
  return all.empty() ? "no name" : all;
}

std::string_view Remedy(int error) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "renew it, or set this machine's clock";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "name the server by a name that it is for, in the URL or as the server's name";
    default:
      return "name the file with the authority that signed it";
  }
}

}  // namespace

Ending WhyNotTrusted(X509_STORE_CTX* store, const std::string& server_name) {
  const int error = X509_STORE_CTX_get_error(store);
  const X509* const certificate = X509_STORE_CTX_get_current_cert(store);
  std::string reason = X509_verify_cert_error_string(error);
  if (certificate != nullptr) {
    const bool other_name =
        error == X509_V_ERR_HOSTNAME_MISMATCH || error == X509_V_ERR_IP_ADDRESS_MISMATCH;
    reason = fmt::format("the certificate of {} (issued by {}) is not trusted: {}{}",
                         InWords(X509_get_subject_name(certificate)),
                         InWords(X509_get_issuer_name(certificate)), reason,
                         other_name ? fmt::format(", it is for {}, not for {}",
                                                  AlternativeNames(certificate), server_name)
                                    : "");
  }
  return {Failure::kTls, std::move(reason), std::string(Remedy(error))};
}

}  // namespace trafrec::send
