#pragma once

#include <string>

#include "replay/send/failure_words.h"

struct x509_store_ctx_st;

namespace trafrec::send {

/// Called by OpenSSL's verification at its failure: the certificate's subject and issuer, the
/// reason, and what helps. `server_name` is what the certificate should be for.
Ending WhyNotTrusted(x509_store_ctx_st* store, const std::string& server_name);

}  // namespace trafrec::send
