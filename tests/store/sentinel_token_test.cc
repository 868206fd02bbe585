#include "store/sentinel/sentinel_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/check.h"

namespace trafrec::store {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Sentinel : public testing::Test {
 protected:
  Sentinel() {
    token_.audience = "prod-a";
    token_.sent_at = 1'700'000'000'000'000'000;
    token_.nonce = {1, 2, 3};
    token_.purpose = "backfill-begin";
    SignSentinel(token_, request_, key_);
    text_ = FormatSentinelToken(token_);
  }

  /// The text with the first `from` in it replaced.
  std::string With(const std::string& from, const std::string& to) const {
    std::string changed = text_;
    const size_t at = changed.find(from);
    CHECK(at != std::string::npos);
    return changed.replace(at, from.size(), to);
  }
  /// " name=value" of the text.
  std::string Field(const std::string& name) const {
    const size_t at = text_.find(" " + name + "=");
    CHECK(at != std::string::npos);
    return text_.substr(at, text_.find(' ', at + 1) - at);
  }

  const crypto::SigningKey key_ = crypto::SigningKey::Generate();
  const SentinelRequest request_{"GET", "/_stats?level=shards", crypto::Sha256::Of({})};
  SentinelToken token_;
  std::string text_;
};

TEST_F(Sentinel, WhatIsWrittenIsRead) {
  const auto read = ParseSentinelToken(text_);
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(*read, token_);
}

TEST_F(Sentinel, ItsFieldsStandInTheDocumentedOrder) {
  EXPECT_THAT(text_, StartsWith("trafrec-sentinel/1 kid=" + key_.id() +
                                " aud=prod-a ts=1700000000000000000 "
                                "nonce=01020300000000000000000000000000 purpose=backfill-begin "
                                "sig="));
}

TEST_F(Sentinel, TheSignersKeyVerifiesIt) {
  EXPECT_TRUE(VerifySentinel(token_, request_, key_.verify_key()));
}

TEST_F(Sentinel, AnotherKeyDoesNot) {
  EXPECT_FALSE(VerifySentinel(token_, request_, crypto::SigningKey::Generate().verify_key()));
}

TEST_F(Sentinel, TheSignatureCoversEachFieldAndTheRequest) {
  const std::vector<std::function<void(SentinelToken&, SentinelRequest&)>> changes = {
      [](SentinelToken& t, SentinelRequest&) { t.audience = "prod-b"; },
      [](SentinelToken& t, SentinelRequest&) { ++t.sent_at; },
      [](SentinelToken& t, SentinelRequest&) { t.nonce[15] = 1; },
      [](SentinelToken& t, SentinelRequest&) { t.purpose = "backfill-end"; },
      [](SentinelToken& t, SentinelRequest&) { t.signature[63] ^= 1; },
      [](SentinelToken&, SentinelRequest& r) { r.method = "POST"; },
      [](SentinelToken&, SentinelRequest& r) { r.target = "/_stats"; },
      [](SentinelToken&, SentinelRequest& r) { r.body_digest[0] ^= 1; },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    SentinelToken changed = token_;
    SentinelRequest about = request_;
    changes[i](changed, about);
    EXPECT_FALSE(VerifySentinel(changed, about, key_.verify_key())) << i;
  }
}

TEST_F(Sentinel, MethodAndTargetCannotBeShiftedAcrossTheirBorder) {
  SentinelToken shifted = token_;
  const SentinelRequest one{"GET", "/a\n/b", request_.body_digest};
  const SentinelRequest other{"GET\n/a", "/b", request_.body_digest};
  SignSentinel(shifted, one, key_);
  EXPECT_FALSE(VerifySentinel(shifted, other, key_.verify_key()));
  EXPECT_FALSE(VerifySentinel(shifted, one, key_.verify_key()));
}

TEST_F(Sentinel, AFieldThatIsMissingIsNamed) {
  for (const char* name : {"kid", "aud", "ts", "nonce", "purpose", "sig"}) {
    const auto read = ParseSentinelToken(With(Field(name), ""));
    ASSERT_FALSE(read) << name;
    EXPECT_THAT(read.error().what, StartsWith(std::string(name) + " is missing"));
  }
}

TEST_F(Sentinel, AFieldThatComesTwiceIsRefused) {
  for (const char* name : {"kid", "aud", "ts", "nonce", "purpose", "sig"}) {
    EXPECT_FALSE(ParseSentinelToken(With(Field(name), Field(name) + Field(name)))) << name;
  }
}

TEST_F(Sentinel, FieldsInAnotherOrderAreRefused) {
  const std::string nonce = Field("nonce");
  const std::string purpose = Field("purpose");
  EXPECT_FALSE(ParseSentinelToken(With(nonce + purpose, purpose + nonce)));
}

TEST_F(Sentinel, EachFrontOfItIsRefused) {
  for (size_t length = 0; length < text_.size(); ++length) {
    EXPECT_FALSE(ParseSentinelToken(text_.substr(0, length))) << length;
  }
}

TEST_F(Sentinel, AFieldOfOursThatIsUnknownIsRefused) {
  EXPECT_THAT(ParseSentinelToken(text_ + " more=1").error().what, HasSubstr("behind sig"));
}

TEST_F(Sentinel, OnlyTheOneWayToWriteAValueIsRead) {
  const std::vector<std::string> others = {
      With("kid=", "kid= "),
      With(" aud=", "  aud="),
      With(" aud=", "\taud="),
      With("aud=prod-a", "aud=Prod-a"),
      With("aud=prod-a", "aud=-prod"),
      With("aud=prod-a", "aud="),
      With("aud=prod-a", "aud=" + std::string(64, 'a')),
      With("ts=1", "ts=+1"),
      With("ts=1", "ts=-1"),
      With("ts=1", "ts=01"),
      With("ts=17", "ts=9917"),
      With("ts=1700000000000000000", "ts=0"),
      With("ts=1700000000000000000", "ts=1700000000.0"),
      With("nonce=01", "nonce=0"),
      With("nonce=01", "nonce=0x"),
      With("nonce=01020300", "nonce=0102030A"),
      With("purpose=backfill-begin", "purpose=backfill_begin"),
      With("purpose=backfill-begin", "purpose=1lag"),
      With("purpose=backfill-begin", "purpose=x\x01y"),
      text_ + "=",
      text_ + " ",
      text_ + "\r",
      " " + text_,
  };
  for (const std::string& other : others) {
    EXPECT_FALSE(ParseSentinelToken(other)) << other;
  }
}

TEST_F(Sentinel, AnotherVersionIsSaidToBeOne) {
  for (const char* version : {"trafrec-sentinel/2", "trafrec-sentinel/10", "trafrec-sentinel/"}) {
    const auto read = ParseSentinelToken(With("trafrec-sentinel/1", version));
    ASSERT_FALSE(read) << version;
    EXPECT_EQ(read.error().code, ErrorCode::kUnsupported) << version;
  }
}

}  // namespace
}  // namespace trafrec::store
