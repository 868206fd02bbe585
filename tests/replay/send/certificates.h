#pragma once

#include <memory>
#include <string>

#include "tests/support/temporary_folder.h"

struct x509_st;
struct evp_pkey_st;

namespace trafrec::send {

/// What a certificate of a test says.
struct CertificateFacts {
  std::string common_name;
  std::string names;             ///< "DNS:a,IP:127.0.0.1"; "" for none
  int64_t valid_for_s = 86'400;  ///< from a day ago; negative: expired
};

/// A certificate and its key, as files of a folder that goes with it.
class Certificate {
 public:
  /// Signed by `issuer`, or by itself.
  explicit Certificate(const CertificateFacts& facts, const Certificate* issuer = nullptr);
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  const std::string& file() const { return file_; }
  const std::string& key_file() const { return key_file_; }

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  test_support::TemporaryFolder folder_;
  std::string file_;
  std::string key_file_;
};

}  // namespace trafrec::send
