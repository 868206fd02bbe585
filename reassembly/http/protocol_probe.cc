#include "reassembly/http/protocol_probe.h"

namespace trafrec::reassembly {
namespace {

bool IsTls(Bytes bytes) {
  // A record: type 20 … 24 (handshake first, but a capture may begin later), version 3.x.
  if (bytes.size() >= 3 && bytes[0] >= 20 && bytes[0] <= 24 && bytes[1] == 3 && bytes[2] <= 4) {
    return true;
  }
  // SSLv2's client hello: two bytes of length with the top bit, type 1, version.
  return bytes.size() >= 5 && (bytes[0] & 0x80) != 0 && bytes[2] == 1 &&
         ((bytes[3] == 3 && bytes[4] <= 4) || (bytes[3] == 0 && bytes[4] == 2));
}

bool IsEsTransport(Bytes bytes) {
  // "ES", length of what follows (-1 or 0 for a ping), request id, status, version.
  if (bytes.size() < 6 || bytes[0] != 'E' || bytes[1] != 'S') {
    return false;
  }
  const uint32_t length = LoadBig<uint32_t>(bytes.data() + 2);
  return length == 0xffffffff || length < 0x7fffffff;
}

}  // namespace

store::Protocol ProbeProtocol(Bytes first_bytes) {
  if (AsText(first_bytes).starts_with("PRI * HTTP/2.")) {
    return store::Protocol::kHttp2;
  }
  if (IsTls(first_bytes)) {
    return store::Protocol::kTls;
  }
  return IsEsTransport(first_bytes) ? store::Protocol::kEsTransport : store::Protocol::kOther;
}

}  // namespace trafrec::reassembly
