#pragma once

#include "base/bytes.h"
#include "store/format/records.h"

namespace trafrec::reassembly {

/// What the first bytes of a flow say that is no HTTP/1: TLS, HTTP/2 with prior knowledge, the
/// transport protocol of Elasticsearch, or kOther. Judges by what is there; a few bytes suffice.
store::Protocol ProbeProtocol(Bytes first_bytes);

}  // namespace trafrec::reassembly
