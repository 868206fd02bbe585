#include "store/sentinel/sentinel_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/store/log_fixture.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kTarget = "/_stats?level=shards";
constexpr TimeNs kWindow = 60 * kNsPerSecond;

/// What comes out of the watch towards the log.
class Sink : public RecordSink {
 public:
  void PutConnection(const ConnectionRecord&) override { ++records; }
  void PutExtent(MessageId, uint32_t, Bytes) override { ++records; }
  void PutMessage(const MessageRecord&) override { ++records; }
  void PutMessageFacts(MessageId, const MessageFacts&, Bytes, uint32_t) override { ++records; }
  void PutExchange(const ExchangeRecord&) override { ++records; }
  void PutLoss(const LossRecord&) override { ++records; }
  void Advance(const Marks&, TimeNs) override { ++records; }

  int records = 0;
};

/// A request on the wire, with its answer.
struct Passing {
  std::string user_agent{};
  std::string more_fields{};
  std::string method = "GET";
  std::string target = std::string(kTarget);
  std::string body{};
  TimeNs at = kBegin;
  uint16_t status = 200;
  Flags flags = 0;
};

class Watch : public testing::Test {
 protected:
  /// A token for `passing`, signed by `key`, sent when it passes.
  SentinelToken TokenFor(const Passing& passing, const crypto::SigningKey& signer) {
    SentinelToken token;
    token.audience = "prod";
    token.sent_at = passing.at;
    token.nonce = {++nonces_};
    token.purpose = "lag";
    Sign(token, passing, signer);
    return token;
  }
  static void Sign(SentinelToken& token, const Passing& passing, const crypto::SigningKey& signer) {
    SignSentinel(token, {passing.method, passing.target, crypto::Sha256::Of(AsBytes(passing.body))},
                 signer);
  }
  /// A genuine sentinel.
  Passing Genuine(TimeNs at = kBegin) {
    Passing passing{.at = at};
    passing.user_agent = FormatSentinelToken(TokenFor(passing, key_));
    return passing;
  }

  void PutRequest(const Passing& passing, Flags flags = 0) {
    const std::string head = passing.method + " " + passing.target +
                             " HTTP/1.1\r\nHost: es:9200\r\nUser-Agent: " + passing.user_agent +
                             "\r\n" + passing.more_fields + "\r\n";
    MessageRecord message =
        Message(MessageIdOf(++number_, Side::kClient), AsBytes(head), AsBytes(passing.body));
    message.facts.flags = flags;
    watch_.SeeRequest(message, passing.target);
    watch_.PutMessage(message);
  }
  void PutExchange(const Passing& passing, ExchangeNumber of, Flags flags) {
    ExchangeRecord exchange = Exchange(of);
    exchange.method = passing.method;
    exchange.target = passing.target;
    exchange.began_at = passing.at;
    exchange.status = passing.status;
    exchange.has_response = passing.status != 0;
    exchange.flags = flags;
    watch_.PutExchange(exchange);
  }
  void Pass(const Passing& passing) {
    PutRequest(passing, passing.flags);
    PutExchange(passing, number_, passing.flags);
  }

  std::vector<SentinelVerdict> Verdicts() const {
    std::vector<SentinelVerdict> verdicts;
    for (const SentinelRecord& record : put_) {
      verdicts.push_back(record.verdict);
    }
    return verdicts;
  }

  const crypto::SigningKey key_ = crypto::SigningKey::Generate();
  SentinelTrust trust_{"prod", {{key_.verify_key(), {}}}};
  Sink sink_;
  std::vector<SentinelRecord> put_;
  SentinelWatch watch_{
      trust_, {}, sink_, [this](const SentinelRecord& record) { put_.push_back(record); }};
  ExchangeNumber number_ = 0;
  uint8_t nonces_ = 0;
};

TEST_F(Watch, AGenuineSentinelCounts) {
  const Passing passing = Genuine();
  Pass(passing);
  ASSERT_THAT(Verdicts(), ElementsAre(SentinelVerdict::kCounted));
  const SentinelToken token = ParseSentinelToken(passing.user_agent).value();
  EXPECT_EQ(put_[0].exchange, 1U);
  EXPECT_EQ(put_[0].at, passing.at);
  EXPECT_EQ(put_[0].key_id, key_.id());
  EXPECT_EQ(put_[0].audience, "prod");
  EXPECT_EQ(put_[0].sent_at, token.sent_at);
  EXPECT_EQ(put_[0].nonce, "01000000000000000000000000000000");
  EXPECT_EQ(put_[0].purpose, "lag");
}

TEST_F(Watch, OrdinaryTrafficIsNoSentinel) {
  Pass({.user_agent = "curl/7.88.1"});
  Pass({.user_agent = "curl/7.88.1 (trafrec-sentinel/1)"});
  Pass({.user_agent = "curl", .more_fields = "X-Note: trafrec-sentinel/1 kid=\r\n"});
  EXPECT_THAT(put_, IsEmpty());
}

TEST_F(Watch, EveryRecordReachesTheLog) {
  watch_.PutConnection(Connection(1));
  watch_.PutExtent(2, 0, {});
  Pass(Genuine());
  watch_.PutMessageFacts(2, {}, {}, 0);
  watch_.PutLoss({});
  watch_.Advance({}, kBegin);
  EXPECT_EQ(sink_.records, 7);
}

TEST_F(Watch, TheBodyIsCovered) {
  Passing passing{.method = "PUT", .target = "/marks/_doc/1", .body = "{\"n\":1}"};
  passing.user_agent = FormatSentinelToken(TokenFor(passing, key_));
  Pass(passing);
  passing.user_agent = FormatSentinelToken(TokenFor(passing, key_));
  passing.body = "{\"n\":2}";
  Pass(passing);
  EXPECT_THAT(Verdicts(), ElementsAre(SentinelVerdict::kCounted, SentinelVerdict::kBadSignature));
}

TEST_F(Watch, AForgedOneIsRejected) {
  Passing passing;
  SentinelToken token = TokenFor(passing, crypto::SigningKey::Generate());
  token.key_id = key_.id();
  passing.user_agent = FormatSentinelToken(token);
  Pass(passing);
  EXPECT_THAT(Verdicts(), ElementsAre(SentinelVerdict::kBadSignature));
}

TEST_F(Watch, OneOfAnUnknownKeyIsRejected) {
  Passing passing;
  passing.user_agent = FormatSentinelToken(TokenFor(passing, crypto::SigningKey::Generate()));
  Pass(passing);
  EXPECT_THAT(Verdicts(), ElementsAre(SentinelVerdict::kUnknownKey));
}

TEST_F(Watch, OneThatWasMovedToAnotherRequestIsRejected) {
  Passing passing = Genuine();
  passing.target = "/_all";
  Pass(passing);
  passing = Genuine();
  passing.method = "DELETE";
  Pass(passing);
  EXPECT_THAT(Verdicts(),
              ElementsAre(SentinelVerdict::kBadSignature, SentinelVerdict::kBadSignature));
}

TEST_F(Watch, OneForAnotherAudienceIsRejected) {
  Passing passing;
  SentinelToken token = TokenFor(passing, key_);
  token.audience = "staging";
  Sign(token, passing, key_);
  passing.user_agent = FormatSentinelToken(token);
  Pass(passing);
  EXPECT_THAT(Verdicts(), ElementsAre(SentinelVerdict::kOtherAudience));
}

TEST_F(Watch, AReaddressedOneIsRejected) {
  Passing passing;
  SentinelToken token = TokenFor(passing, key_);
  token.audience = "staging";
  Sign(token, passing, key_);
  token.audience = "prod";
  passing.user_agent = FormatSentinelToken(token);
  Pass(passing);
  EXPECT_THAT(Verdicts(), ElementsAre(SentinelVerdict::kBadSignature));
}

TEST_F(Watch, AReorderedOneIsRejected) {
  Passing passing = Genuine();
  const size_t nonce = passing.user_agent.find(" nonce=");
  const size_t purpose = passing.user_agent.find(" purpose=");
  const size_t sig = passing.user_agent.find(" sig=");
  passing.user_agent =
      passing.user_agent.substr(0, nonce) + passing.user_agent.substr(purpose, sig - purpose) +
      passing.user_agent.substr(nonce, purpose - nonce) + passing.user_agent.substr(sig);
  Pass(passing);
  ASSERT_THAT(Verdicts(), ElementsAre(SentinelVerdict::kMalformed));
  EXPECT_THAT(put_[0].detail, HasSubstr("nonce is missing"));
}

TEST_F(Watch, ACutOneIsRejected) {
  const std::string whole = Genuine().user_agent;
  for (size_t length = kSentinelMark.size(); length < whole.size(); ++length) {
    Pass({.user_agent = whole.substr(0, length)});
  }
  EXPECT_EQ(put_.size(), whole.size() - kSentinelMark.size());
  for (const SentinelRecord& record : put_) {
    EXPECT_NE(record.verdict, SentinelVerdict::kCounted);
  }
}

TEST_F(Watch, TwoUserAgentsAreRejected) {
  Passing passing = Genuine();
  passing.more_fields = "user-agent: curl/7.88.1\r\n";
  Pass(passing);
  EXPECT_THAT(Verdicts(), ElementsAre(SentinelVerdict::kMalformed));
}

TEST_F(Watch, AFoldedUserAgentIsRejected) {
  Passing passing = Genuine();
  passing.more_fields = " more\r\n";
  Pass(passing);
  EXPECT_THAT(Verdicts(), ElementsAre(SentinelVerdict::kMalformed));
}

TEST_F(Watch, ANewerVersionIsNamed) {
  Passing passing = Genuine();
  passing.user_agent[kSentinelMark.size()] = '2';
  Pass(passing);
  EXPECT_THAT(Verdicts(), ElementsAre(SentinelVerdict::kOtherVersion));
}

TEST_F(Watch, ItsTimeIsJudgedByThePacketToTheNanosecond) {
  for (const TimeNs off : {-kWindow - 1, -kWindow, kWindow, kWindow + 1}) {
    Passing passing;
    SentinelToken token = TokenFor(passing, key_);
    token.sent_at = passing.at + off;
    Sign(token, passing, key_);
    passing.user_agent = FormatSentinelToken(token);
    Pass(passing);
  }
  EXPECT_THAT(Verdicts(), ElementsAre(SentinelVerdict::kOutOfTime, SentinelVerdict::kCounted,
                                      SentinelVerdict::kCounted, SentinelVerdict::kOutOfTime));
}

TEST_F(Watch, AReplayedOneIsRejected) {
  Passing passing = Genuine();
  Pass(passing);
  passing.at += kNsPerSecond;
  Pass(passing);
  EXPECT_THAT(Verdicts(), ElementsAre(SentinelVerdict::kCounted, SentinelVerdict::kReplayed));
}

TEST_F(Watch, AReplayAfterTheClockJumpedBackIsRejected) {
  const Passing passing = Genuine();
  Pass(passing);
  for (int minute = 1; minute <= 10; ++minute) {
    Pass(Genuine(kBegin + minute * kWindow));
  }
  Pass(passing);
  EXPECT_NE(Verdicts().back(), SentinelVerdict::kCounted);
}

TEST_F(Watch, AnotherRecordersSightingIsNoReplay) {
  const Passing passing = Genuine();
  Pass(passing);
  std::vector<SentinelRecord> others;
  SentinelWatch other(trust_, {}, sink_,
                      [&](const SentinelRecord& record) { others.push_back(record); });
  const std::string head =
      "GET " + passing.target + " HTTP/1.1\r\nUser-Agent: " + passing.user_agent + "\r\n\r\n";
  other.SeeRequest(Message(MessageIdOf(1, Side::kClient), AsBytes(head), {}), passing.target);
  ExchangeRecord exchange = Exchange(1);
  exchange.method = "GET";
  exchange.target = passing.target;
  exchange.began_at = passing.at + kNsPerMs;
  exchange.status = 200;
  other.PutExchange(exchange);
  ASSERT_EQ(others.size(), 1U);
  EXPECT_EQ(others[0].verdict, SentinelVerdict::kCounted);
}

TEST_F(Watch, AKeyCountsForItsPurposesOnly) {
  trust_.keys[0].purposes = {"cutover", "lag"};
  Pass(Genuine());
  trust_.keys[0].purposes = {"cutover"};
  Pass(Genuine());
  EXPECT_THAT(Verdicts(),
              ElementsAre(SentinelVerdict::kCounted, SentinelVerdict::kUntrustedPurpose));
}

TEST_F(Watch, KeysAreToldApartByTheirIds) {
  const crypto::SigningKey next = crypto::SigningKey::Generate();
  trust_.keys.push_back({next.verify_key(), {}});
  Pass(Genuine());
  Passing passing;
  passing.user_agent = FormatSentinelToken(TokenFor(passing, next));
  Pass(passing);
  EXPECT_THAT(Verdicts(), ElementsAre(SentinelVerdict::kCounted, SentinelVerdict::kCounted));
}

TEST_F(Watch, OnlyAWholeAnswerOf2xxCounts) {
  for (const uint16_t status : std::vector<uint16_t>{0, 199, 200, 299, 300, 401, 503}) {
    Passing passing = Genuine();
    passing.status = status;
    Pass(passing);
  }
  const SentinelVerdict no = SentinelVerdict::kUnanswered;
  const SentinelVerdict yes = SentinelVerdict::kCounted;
  EXPECT_THAT(Verdicts(), ElementsAre(no, no, yes, yes, no, no, no));
}

TEST_F(Watch, AnAnswerThatIsNotWholeOrNotProvedToBeItsOwnDoesNotCount) {
  for (const Flag flag : {Flag::kGapInResponse, Flag::kResponseTruncated, Flag::kEvicted,
                          Flag::kPairingAmbiguous, Flag::kPairingPresumed}) {
    const Passing passing = Genuine();
    PutRequest(passing);
    PutExchange(passing, number_, FlagBit(flag));
  }
  EXPECT_THAT(Verdicts(), testing::Each(SentinelVerdict::kUnanswered));
}

TEST_F(Watch, ARequestThatWasNotCapturedWholeIsRejected) {
  for (const Flag flag : {Flag::kGapInRequest, Flag::kRequestTruncated, Flag::kBodyShed}) {
    Passing passing = Genuine();
    passing.flags = FlagBit(flag);
    Pass(passing);
  }
  EXPECT_THAT(Verdicts(), testing::Each(SentinelVerdict::kRequestIncomplete));
}

TEST_F(Watch, ALateAnswerIsWaitedFor) {
  Passing passing = Genuine();
  passing.status = 0;
  PutRequest(passing);
  PutExchange(passing, number_, FlagBit(Flag::kOpen));
  EXPECT_THAT(put_, IsEmpty());
  passing.status = 200;
  PutExchange(passing, number_, 0);
  EXPECT_THAT(Verdicts(), ElementsAre(SentinelVerdict::kCounted));
}

TEST_F(Watch, AReplayWhileTheFirstWaitsForItsAnswerIsRejected) {
  Passing passing = Genuine();
  PutRequest(passing);
  const ExchangeNumber first = number_;
  PutExchange(passing, first, FlagBit(Flag::kOpen));
  Pass(passing);
  PutExchange(passing, first, 0);
  EXPECT_THAT(Verdicts(), ElementsAre(SentinelVerdict::kReplayed, SentinelVerdict::kCounted));
}

TEST(NonceStore, ForgetsOnlyWhatIsOlderThanTwoWindows) {
  NonceStore store;
  store.Add(kBegin, {1}, kBegin);
  store.Add(kBegin + 2 * kWindow, {2}, kBegin + 2 * kWindow);
  EXPECT_EQ(store.size(), 2U);
  store.Add(kBegin + 2 * kWindow + 1, {3}, kBegin + 2 * kWindow + 1);
  EXPECT_EQ(store.size(), 2U);
}

TEST(NonceStore, WhatWasSentBeforeTheNewestForgottenIsNotNew) {
  NonceStore store;
  store.ForgetThrough(kBegin);
  EXPECT_EQ(store.Add(kBegin, {1}, kBegin), NonceStore::Finding::kForgotten);
  EXPECT_EQ(store.Add(kBegin + 1, {1}, kBegin), NonceStore::Finding::kNew);
}

TEST(NonceStore, KnowsThoseOfEarlierAttempts) {
  NonceStore store;
  store.AddEarlier(kBegin, {1});
  EXPECT_EQ(store.Add(kBegin, {1}, kBegin), NonceStore::Finding::kSeen);
  EXPECT_EQ(store.Add(kBegin, {2}, kBegin), NonceStore::Finding::kNew);
}

}  // namespace
}  // namespace trafrec::store
