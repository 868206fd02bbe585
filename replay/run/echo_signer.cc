#include "replay/run/echo_signer.h"

#include "base/bytes.h"
#include "replay/send/request_head.h"
#include "store/crypto/hash.h"
#include "store/crypto/random.h"

namespace trafrec::replay {

store::SentinelToken EchoSigner::Sign(const plan::Mark& mark, size_t target, TimeNs now,
                                      message::Request& request) const {
  store::SentinelToken token;
  token.audience = audience_.empty() ? mark.audience : audience_;
  token.sent_at = now;
  store::crypto::FillRandom(token.nonce);
  token.purpose = std::string(kEchoPurpose) + mark.nonce;
  const std::string on_the_wire = send::TargetOf(request.target, paths_[target]);
  store::SignSentinel(
      token, {request.method, on_the_wire, store::crypto::Sha256::Of(AsBytes(request.body))}, key_);
  message::SetField(request.fields, "User-Agent", store::FormatSentinelToken(token));
  return token;
}

}  // namespace trafrec::replay
