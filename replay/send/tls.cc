#include "replay/send/tls.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <system_error>

#include "base/check.h"
#include "replay/send/certificate_words.h"
#include "replay/send/secret.h"

namespace trafrec::send {
namespace {

/// The first of what OpenSSL has noted, which is the cause.
std::string Reason() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(error)) {
    return std::system_category().message(ERR_GET_REASON(error));
  }
  const char* const text = error == 0 ? nullptr : ERR_reason_error_string(error);
  return text == nullptr ? "no reason is given" : text;
}

std::unexpected<Error> Unusable(const std::string& what, const std::string& file,
                                const std::string& remedy) {
  return Fail(ErrorCode::kUsage, fmt::format("cannot use {} in {}: {}", what, file, Reason()),
              remedy);
}

bool IsAddress(const std::string& host) {
  ASN1_OCTET_STRING* const address = a2i_IPADDRESS(host.c_str());
  ASN1_OCTET_STRING_free(address);
  return address != nullptr;
}

/// A key that wants a passphrase is not usable; by default OpenSSL asks at the terminal.
int NoPassphrase(char* /*to*/, int /*size*/, int /*writing*/, void* /*user*/) { return 0; }

/// One file may hold both. Of one that cannot be read OpenSSL says why.
bool MayHoldKey(const std::string& path) {
  std::ifstream file(path);
  bool any = false;
  for (std::string line; std::getline(file, line); any = true) {
    if (line.find("PRIVATE KEY-----") != std::string::npos) {
      return true;
    }
  }
  return !any;
}

Status LoadCertificate(SSL_CTX* context, const Tls& tls) {
  const std::string& certificate = tls.certificate_file;
  const std::string& key =
      tls.certificate_key_file.empty() ? certificate : tls.certificate_key_file;
  if (certificate.empty()) {
    return key.empty() ? Status()
                       : Fail(ErrorCode::kUsage,
                              "there is a key for a client's certificate in " + key +
                                  ", but no certificate",
                              "name its file too");
  }
  const std::string remedy = "check the path; it should be a file in PEM, without a passphrase";
  if (tls.certificate_key_file.empty() && !MayHoldKey(certificate)) {
    return Fail(ErrorCode::kUsage,
                "there is a client's certificate in " + certificate + ", but no key for it",
                "name the file with its key, too (--cert-key)");
  }
  TRY(CheckOwnersOnly(key));
  SSL_CTX_set_default_passwd_cb(context, NoPassphrase);
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return Unusable("the client's certificate", certificate, remedy);
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return Unusable("the key of the client's certificate", key, remedy);
  }
  return {};
}

}  // namespace

/// OpenSSL's calls, with the session that they are about.
struct TlsCallbacks {
  static TlsSession& Of(SSL* session) {
    return *static_cast<TlsSession*>(SSL_get_app_data(session));
  }

  /// Keeps the certificate's names: after a failure OpenSSL has forgotten it.
  static int OnVerified(int trusted, X509_STORE_CTX* store) {
    if (trusted == 1) {
      return 1;
    }
    auto* const session =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    TlsSession& self = Of(session);
    self.distrust_ = WhyNotTrusted(store, self.context_.server_name_);
    return 0;
  }

  /// Called when the server wants a certificate and none is loaded.
  static int OnCertificateAsked(SSL* session, X509** /*certificate*/, EVP_PKEY** /*key*/) {
    Of(session).certificate_asked_ = true;
    return 0;
  }
};

void TlsContext::Free::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

Result<std::unique_ptr<TlsContext>> TlsContext::Make(const Tls& tls, const std::string& host) {
  std::unique_ptr<TlsContext> made(new TlsContext());
  made->context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = made->context_.get();
  CHECK(context != nullptr);
  made->server_name_ = tls.server_name.empty() ? host : tls.server_name;
  made->has_certificate_ = !tls.certificate_file.empty();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  constexpr std::string_view kProtocols = "\x08http/1.1";
  SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(kProtocols.data()),
                          static_cast<unsigned>(kProtocols.size()));
  ERR_clear_error();
  if (tls.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else if (SSL_CTX_load_verify_file(context, tls.ca_file.c_str()) != 1) {
    return Unusable("the authorities' certificates", tls.ca_file,
                    "check the path; it should be a file in PEM");
  }
  TRY(LoadCertificate(context, tls));
  SSL_CTX_set_client_cert_cb(context, TlsCallbacks::OnCertificateAsked);
  SSL_CTX_set_verify(context, tls.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                     tls.insecure ? nullptr : TlsCallbacks::OnVerified);
  return made;
}

void TlsSession::Free::operator()(SSL* session) const { SSL_free(session); }

TlsSession::TlsSession(const TlsContext& context)
    : context_(context),
      session_(SSL_new(context.context_.get())),
      from_peer_(BIO_new(BIO_s_mem())),
      to_peer_(BIO_new(BIO_s_mem())) {
  SSL* const session = session_.get();
  CHECK(session != nullptr && from_peer_ != nullptr && to_peer_ != nullptr);
  SSL_set_bio(session, from_peer_, to_peer_);
  SSL_set_app_data(session, this);
  SSL_set_connect_state(session);
  const char* const name = context_.server_name_.c_str();
  if (IsAddress(context_.server_name_)) {
    CHECK(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), name) == 1);
  } else {
    CHECK(SSL_set_tlsext_host_name(session, name) == 1 && SSL_set1_host(session, name) == 1);
  }
}

TlsSession::~TlsSession() = default;

void TlsSession::Put(std::string_view ciphertext) {
  size_t written = 0;
  CHECK(BIO_write_ex(from_peer_, ciphertext.data(), ciphertext.size(), &written) == 1 &&
        written == ciphertext.size());
}

TlsSession::Step TlsSession::Judge(int result) {
  const int error = SSL_get_error(session_.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    return Step::kMore;
  }
  ending_ = Describe();
  return Step::kFailed;
}

TlsSession::Step TlsSession::Handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(session_.get());
  return result == 1 ? Step::kDone : Judge(result);
}

TlsSession::Step TlsSession::Read(std::string_view& plain) {
  ERR_clear_error();
  size_t size = 0;
  const int result = SSL_read_ex(session_.get(), plain_.data(), plain_.size(), &size);
  ended_ = SSL_get_error(session_.get(), result) == SSL_ERROR_ZERO_RETURN;
  if (result == 1 || ended_) {
    plain = {plain_.data(), size};
    return Step::kDone;
  }
  return Judge(result);
}

bool TlsSession::Write(std::string_view plain) {
  ERR_clear_error();
  size_t written = 0;
  return SSL_write_ex(session_.get(), plain.data(), plain.size(), &written) == 1 &&
         written == plain.size();
}

void TlsSession::TakeOutput(std::string& to) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(to_peer_, &data);
  if (size > 0) {
    to.append(data, static_cast<size_t>(size));
    CHECK(BIO_reset(to_peer_) == 1);
  }
}

std::string_view TlsSession::version() const { return SSL_get_version(session_.get()); }

Ending TlsSession::Describe() const {
  if (distrust_.kind != Failure::kNone) {
    return distrust_;
  }
  const unsigned long error = ERR_peek_error();
  const int reason = ERR_GET_REASON(error);
  if (certificate_asked_) {
    return {Failure::kTls,
            fmt::format("it asks for a client's certificate, and none is given ({})", Reason()),
            "name a certificate that it trusts, and its key"};
  }
  if (ERR_GET_LIB(error) == ERR_LIB_SSL &&
      (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
       reason == SSL_R_PACKET_LENGTH_TOO_LONG)) {
    return {Failure::kTls, fmt::format("it does not speak TLS ({})", Reason()),
            "if it speaks plain HTTP, name it as http://…"};
  }
  if (context_.has_certificate_ && reason > SSL_AD_REASON_OFFSET) {
    return {Failure::kTls, Reason(), "it may not trust the client's certificate"};
  }
  return {Failure::kTls, Reason(), "look at the server's log"};
}

}  // namespace trafrec::send
