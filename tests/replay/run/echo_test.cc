// Sentinels of the source, which a run echoes to the target.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>

#include "replay/run/echo_signer.h"
#include "store/crypto/encoding.h"
#include "store/crypto/hash.h"
#include "store/sentinel/sentinel_watch.h"
#include "tests/replay/run/fake_search.h"
#include "tests/replay/run/run_fixture.h"

namespace trafrec::replay {
namespace {

using store::crypto::SigningKey;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kStats = "/_stats/docs?level=shards";

SigningKey KeyOf(uint8_t first) {
  std::array<uint8_t, SigningKey::kSeedBytes> seed{};
  seed[0] = first;
  return SigningKey::FromSeed(seed);
}

SigningKey SourceKey() { return KeyOf(1); }
SigningKey RunKey() { return KeyOf(2); }

/// The source's sentinel number `nonce`, sent and answered.
Recorded Sentinel(uint8_t nonce, const std::string& method, const std::string& target,
                  const std::string& body, int64_t began_ms) {
  store::SentinelToken token;
  token.audience = "prod";
  token.sent_at = kStart + began_ms * kNsPerMs;
  token.nonce[0] = nonce;
  token.purpose = "lag";
  store::SignSentinel(token, {method, target, store::crypto::Sha256::Of(AsBytes(body))},
                      SourceKey());
  return {.method = method,
          .target = target,
          .body = body,
          .began_ms = began_ms,
          .answered_ms = began_ms + 7,
          .status = 200,
          .answer = "{}",
          .agent = store::FormatSentinelToken(token)};
}

Recorded Stats(uint8_t nonce) { return Sentinel(nonce, "GET", kStats, "", 100); }

std::string HexOf(uint8_t nonce) { return store::crypto::ToHex(store::SentinelNonce{nonce}); }

/// A target that keeps the requests which carry a token.
class EchoTarget {
 public:
  explicit EchoTarget(int status = 200)
      : fake_([this, status](const std::string& request) -> std::optional<std::string> {
          if (request.find(store::kSentinelMark) != std::string::npos) {
            const std::lock_guard lock(mutex_);
            marked_.push_back(request);
          }
          return request.starts_with("GET /_stats") ? std::optional(JsonAnswer(status, "{}"))
                                                    : std::nullopt;
        }) {}

  std::string url() const { return fake_.url(); }
  const FakeSearch& fake() const { return fake_; }
  std::vector<std::string> marked() const {
    const std::lock_guard lock(mutex_);
    return marked_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> marked_;
  FakeSearch fake_;  // last: its threads use all of the above
};

class Echo : public testing::Test {
 protected:
  /// A run over these that echoes.
  std::unique_ptr<SmallRun> RunOver(const std::vector<Recorded>& log, int status = 200) {
    target_.emplace(status);
    auto run = std::make_unique<SmallRun>(target_->url(), log);
    run->plan.echo.emplace();
    run->echoes.emplace(RunKey(), "", std::vector<std::string>{""});
    return run;
  }

  std::optional<EchoTarget> target_;
};

/// The token of a request on the wire, if the run signed just this request.
std::optional<store::SentinelToken> SignedToken(const std::string& request) {
  const auto claim = store::FindSentinelClaim(request);
  const auto token = store::ParseSentinelToken(claim ? claim->token : "");
  const size_t target = request.find(' ') + 1;
  const std::string body = request.substr(request.find("\r\n\r\n") + 4);
  if (!claim || !claim->sole || !token ||
      !store::VerifySentinel(*token,
                             {request.substr(0, target - 1),
                              request.substr(target, request.find(' ', target) - target),
                              store::crypto::Sha256::Of(AsBytes(body))},
                             RunKey().verify_key())) {
    return std::nullopt;
  }
  return *token;
}

TEST_F(Echo, AnAnsweredSentinelIsSentWithATokenOfTheRunThatNamesIt) {
  const auto run = RunOver({Stats(5)});
  ASSERT_TRUE(run->Send());
  ASSERT_EQ(target_->marked().size(), 1U);
  const auto token = SignedToken(target_->marked().front());
  ASSERT_TRUE(token) << target_->marked().front();
  EXPECT_EQ(token->purpose, "echo-" + HexOf(5));
  EXPECT_EQ(token->audience, "prod");
  EXPECT_NE(store::crypto::ToHex(token->nonce), HexOf(5));
}

TEST_F(Echo, TheTokenOfTheSourceIsNeverSent) {
  const auto run = RunOver({Stats(5), Sentinel(6, "PUT", "/i/_doc/trafrec-sentinel-6", "{}", 200)});
  ASSERT_TRUE(run->Send());
  for (const std::string& request : target_->marked()) {
    EXPECT_THAT(request, Not(HasSubstr(SourceKey().id())));
  }
}

TEST_F(Echo, TheAudienceIsTheOneThatWasGiven) {
  const auto run = RunOver({Stats(5)});
  run->echoes.emplace(RunKey(), "staging", std::vector<std::string>{""});
  ASSERT_TRUE(run->Send());
  EXPECT_THAT(target_->marked().at(0), HasSubstr("aud=staging "));
}

TEST_F(Echo, ADocumentOfASentinelIsWrittenAndItsTokenIsOfTheWriteAsItGoesOut) {
  Recorded write = Created("trafrec-sentinel-6", 100, 107, 0);
  const Recorded token = Sentinel(6, write.method, write.target, write.body, 100);
  write.agent = token.agent;
  const auto run = RunOver({write});
  ASSERT_TRUE(run->Send());
  EXPECT_EQ(target_->fake().Source("trafrec-sentinel-6"), "{}");
  ASSERT_EQ(target_->marked().size(), 1U);
  EXPECT_TRUE(SignedToken(target_->marked().front())) << target_->marked().front();
}

TEST_F(Echo, WhatTheSourceDidNotAnswerWellIsLeftOutAndCounted) {
  Recorded failed = Stats(1);
  failed.status = 503;
  Recorded unanswered = Stats(2);
  unanswered.answered_ms.reset();
  const auto run = RunOver({failed, unanswered});
  ASSERT_TRUE(run->Send());
  EXPECT_THAT(target_->marked(), IsEmpty());
  EXPECT_EQ(run->planned.omitted[static_cast<size_t>(plan::Omission::kSentinel)], 2U);
}

TEST_F(Echo, ATokenThatCannotBeReadIsLeftOut) {
  Recorded broken = Stats(1);
  broken.agent += " more";
  const auto run = RunOver({broken});
  ASSERT_TRUE(run->Send());
  EXPECT_THAT(target_->marked(), IsEmpty());
}

TEST_F(Echo, WithoutEchoEverySentinelIsLeftOut) {
  const auto run = RunOver({Stats(1)});
  run->plan.echo.reset();
  ASSERT_TRUE(run->Send());
  EXPECT_THAT(target_->fake().asked(), IsEmpty());
}

TEST_F(Echo, OnlyWhatATrustedKeySignedIsEchoed) {
  const auto run = RunOver({Stats(1)});
  run->plan.echo->trusted = {RunKey().verify_key()};
  ASSERT_TRUE(run->Send());
  EXPECT_THAT(target_->marked(), IsEmpty());

  const auto trusting = RunOver({Stats(1)});
  trusting->plan.echo->trusted = {RunKey().verify_key(), SourceKey().verify_key()};
  ASSERT_TRUE(trusting->Send());
  EXPECT_EQ(target_->marked().size(), 1U);
}

TEST_F(Echo, LagIsFromTheSourcesAnswerToTheEchos) {
  const auto run = RunOver({Stats(1)});
  ASSERT_TRUE(run->Send());
  const auto last = run->progress.source_lag.last();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->ns, last->at - (kStart + 107 * kNsPerMs));
  EXPECT_EQ(last->at, run->Results().at(0).response->facts.first_byte_at);
}

TEST_F(Echo, AClockThatIsAheadAtTheSourceMakesTheLagLonger) {
  const auto run = RunOver({Stats(1)});
  run->options.clock_offset_ns = 5 * kNsPerSecond;
  ASSERT_TRUE(run->Send());
  const auto last = run->progress.source_lag.last();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->ns, last->at - (kStart + 107 * kNsPerMs - 5 * kNsPerSecond));
}

TEST_F(Echo, AnEchoThatTheTargetRefusesMeasuresNothing) {
  const auto run = RunOver({Stats(1)}, 404);
  ASSERT_TRUE(run->Send());
  EXPECT_FALSE(run->progress.source_lag.last());
  EXPECT_EQ(run->progress.source_lag.unanswered(), 1U);
}

TEST_F(Echo, AResumedRunKnowsTheLagOfItsEarlierLives) {
  const auto run = RunOver({Stats(1), Stats(2)});
  ASSERT_TRUE(run->Send());
  const SourceLag before = run->progress.source_lag;
  ASSERT_TRUE(run->Send(true));
  const SourceLag& after = run->progress.source_lag;
  EXPECT_EQ(target_->marked().size(), 2U);
  EXPECT_EQ(after.spread().count(), 2U);
  EXPECT_EQ(after.spread().Quantile(0.5), before.spread().Quantile(0.5));
  EXPECT_EQ(after.last()->ns, before.last()->ns);
}

TEST_F(Echo, TheRunsLogHasItAsASentinelThatNamesTheSources) {
  const auto run = RunOver({Stats(5)});
  ASSERT_TRUE(run->Send());
  const std::vector<store::SentinelRow> sentinels = run->Sentinels();
  ASSERT_EQ(sentinels.size(), 1U);
  EXPECT_EQ(sentinels[0].record.purpose, "echo-" + HexOf(5));
  EXPECT_EQ(sentinels[0].record.verdict, store::SentinelVerdict::kCounted);
  EXPECT_EQ(sentinels[0].record.key_id, RunKey().id());
}

TEST(EchoSigner, ThePathOfTheTargetIsSigned) {
  const EchoSigner signer(RunKey(), "", {"", "/es"});
  message::Request request{.method = "GET", .target = "/_stats"};
  const store::SentinelToken token =
      signer.Sign({.nonce = HexOf(1), .audience = "prod"}, 1, kStart, request);
  EXPECT_TRUE(store::VerifySentinel(token, {"GET", "/es/_stats", store::crypto::Sha256::Of({})},
                                    RunKey().verify_key()));
}

TEST(SourceLag, AnEchoBeforeItsOriginalIsCountedAsOne) {
  SourceLag lag;
  ledger::Batch batch;
  lag.Add({.ns = -3, .at = kStart}, batch);
  lag.Add({.ns = 1'000'000, .at = kStart}, batch);
  EXPECT_EQ(lag.negative(), 1U);
  EXPECT_EQ(lag.spread().least(), 0);

  SourceLag again;
  std::map<std::string, int64_t> counters;
  for (const auto& [name, more] : batch.counters) {
    counters[name] += more;
  }
  again.Recall(counters, {batch.marks.begin(), batch.marks.end()});
  EXPECT_EQ(again.negative(), 1U);
  EXPECT_EQ(again.spread().count(), 2U);
}

}  // namespace
}  // namespace trafrec::replay
