#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.h"

struct evp_md_ctx_st;
struct evp_mac_ctx_st;

namespace trafrec::store::crypto {

using Digest = std::array<uint8_t, 32>;

/// SHA-256 of what comes in pieces, with the CPU's own instructions where it has them. One thread
/// at a time.
class Sha256 {
 public:
  Sha256();

  void Update(Bytes bytes);
  /// Of all since the beginning, or since the last Finish.
  Digest Finish();

  static Digest Of(Bytes bytes);

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// HMAC-SHA-256 under one key, for one message after the other. One thread at a time.
class Hmac {
 public:
  explicit Hmac(Bytes key);

  void Update(Bytes bytes);
  /// Of all since the beginning, or since the last Finish.
  Digest Finish();

 private:
  struct Free {
    void operator()(evp_mac_ctx_st* context) const;
  };
  std::unique_ptr<evp_mac_ctx_st, Free> context_;
};

}  // namespace trafrec::store::crypto
