#include "reconcile/evidence/early_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/endpoint_text.h"
#include "tests/reconcile/source/fake_source.h"

namespace trafrec::reconcile {
namespace {

constexpr const char* kNodes = R"({"nodes":{"N":{"http":{"bound_address":["[::1]:9200"],)"
                               R"("publish_address":"10.0.0.2:9200"}}}})";
constexpr const char* kIdle = R"({"nodes":{"N":{"tasks":{}}}})";
constexpr const char* kMissing = R"({"docs":[{"_id":"1","found":false}]})";

std::string StateWith(const std::string& uuid) {
  return R"({"metadata":{"indices":{"idx":{"settings":{"index":{"number_of_shards":"1","uuid":")" +
         uuid +
         R"(","provided_name":"idx","version":{"created":"7100299"}}},"routing_num_shards":1024,)"
         R"("primary_terms":{"0":1}}}}})";
}

/// A question about idx/1, whose connection the server closed a second after it was sent.
History Asked() {
  History history;
  history.requests.push_back({.whole = true,
                              .runs = {1 * kNsPerSecond, 4 * kNsPerSecond},
                              .acknowledged = true,
                              .server = ParseEndpoint("10.0.0.2:9200").value(),
                              .server_closed_at = 2 * kNsPerSecond});
  history.questions.push_back({.request = 0, .document = {"idx", "1", ""}});
  return history;
}

/// What is asked for at once, by clocks that are one.
History After(const std::vector<std::string>& answers, History history = Asked()) {
  std::vector<std::string> all = {FakeSource::kIdentity};
  all.insert(all.end(), answers.begin(), answers.end());
  FakeSource source(all);
  LiveSource live = LiveSource::Open(source.target(), "U1", source.pace()).value();
  EarlyAnswers early(live);
  EXPECT_TRUE(early.AskDocuments(std::vector<DocumentQuestion>{{"idx", "1"}},
                                 {.seen = 3 * kNsPerSecond, .apart_ns = 0}));
  EXPECT_TRUE(early.Confirm(history));
  early.AddTo(history);
  return history;
}

TEST(EarlyAnswers, ShowADocumentAsItWasThen) {
  const History history = After({kNodes, kIdle, kMissing, StateWith("I1")});
  ASSERT_EQ(history.sights.size(), 1U);
  EXPECT_EQ(history.sights[0].document.id, "1");
  EXPECT_FALSE(history.sights[0].present);
  EXPECT_TRUE(history.sights[0].current);
}

TEST(EarlyAnswers, AreNotEarlierThanWhatWasReadOfTheLogWhereClocksMayBeApart) {
  FakeSource source({FakeSource::kIdentity, kNodes, kIdle, kMissing, StateWith("I1")});
  LiveSource live = LiveSource::Open(source.target(), "U1", source.pace()).value();
  EarlyAnswers early(live);
  const TimeNs seen = WallClockNow() - kNsPerSecond;
  EXPECT_TRUE(early.AskDocuments(std::vector<DocumentQuestion>{{"idx", "1"}},
                                 {.seen = seen, .apart_ns = 10 * kNsPerSecond}));
  History history = Asked();
  EXPECT_TRUE(early.Confirm(history));
  early.AddTo(history);
  ASSERT_EQ(history.sights.size(), 1U);
  EXPECT_EQ(history.sights[0].at.from, seen);
  EXPECT_GT(history.sights[0].at.until, WallClockNow() + 5 * kNsPerSecond);
}

TEST(EarlyAnswers, AnIndexThatWasMadeAnewSinceSaysNothing) {
  History history = Asked();
  history.settings.push_back({.name = "idx", .uuid = "I1"});
  EXPECT_TRUE(After({kNodes, kIdle, kMissing, StateWith("I2")}, history).sights.empty());
}

/// Time of the wall clock: a question of just now.
History AskedNow(const std::string& server) {
  History history = Asked();
  const TimeNs now = WallClockNow();
  history.requests[0].runs = {now - 2 * kNsPerSecond, now + 100 * kNsPerSecond};
  history.requests[0].server_closed_at = now - kNsPerSecond;
  history.requests[0].server = ParseEndpoint(server).value();
  return history;
}

TEST(EarlyAnswers, ARequestThatTheSourceHadReadHasRunOnceNoWriteIsListed) {
  const History history =
      After({kNodes, kIdle, kMissing, StateWith("I1")}, AskedNow("10.0.0.2:9200"));
  EXPECT_LE(history.requests[0].runs.until, WallClockNow());
}

TEST(EarlyAnswers, AWriteThatRunsForLongerMayBeIt) {
  const History history =
      After({kNodes,
             R"({"nodes":{"N":{"tasks":{"N:1":{"action":"indices:data/write/bulk",)"
             R"("running_time_in_nanos":100000000000}}}}})",
             kMissing, StateWith("I1")},
            AskedNow("10.0.0.2:9200"));
  EXPECT_GT(history.requests[0].runs.until, WallClockNow());
}

TEST(EarlyAnswers, AProxyMayHandOnLaterWhatItHasRead) {
  const History history =
      After({kNodes, kIdle, kMissing, StateWith("I1")}, AskedNow("10.0.0.9:9200"));
  EXPECT_GT(history.requests[0].runs.until, WallClockNow());
}

TEST(EarlyAnswers, ASourceThatDoesNotSayWhatRunsIsStillAskedForDocuments) {
  const History history = After({"403 {}", kMissing, StateWith("I1")}, AskedNow("10.0.0.2:9200"));
  EXPECT_EQ(history.sights.size(), 1U);
}

}  // namespace
}  // namespace trafrec::reconcile
