// Any text as a sentinel's token. There is one way to write a token, so what is read is written as
// the same text again; and no signature verifies but one that the key made.

#include "base/check.h"
#include "store/sentinel/sentinel_token.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trafrec;
  static const store::crypto::SigningKey kKey = store::crypto::SigningKey::Generate();
  const std::string_view text = AsText({data, size});
  if (auto token = store::ParseSentinelToken(text)) {
    CHECK(store::FormatSentinelToken(*token) == text);
    token->key_id = kKey.id();
    CHECK(!store::VerifySentinel(*token, {"GET", "/", {}}, kKey.verify_key()));
  }
  return 0;
}
