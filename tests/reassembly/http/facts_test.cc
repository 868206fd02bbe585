#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "talk.h"

namespace trafrec::reassembly {
namespace {

using testing::ElementsAre;

TEST(Facts, PlaceAndTimesOfAMessage) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a"));
  const uint64_t begin = talk.client_sent();
  const uint64_t answered = talk.server_sent();
  const std::string request = Post("/b", "hello");
  talk.ClientIn(20, request);
  const TimeNs last = talk.now();
  talk.Wait(5 * kNsPerMs).Server(Ok("b"));
  const TimeNs answer = talk.now();
  talk.ClientAcks().Close();
  const store::MessageFacts& facts = talk.request(2).facts;
  EXPECT_EQ(facts.flow_offset, begin);
  EXPECT_EQ(facts.first_seq, 1000 + begin);
  EXPECT_EQ(facts.ack_then, 5000 + answered);
  EXPECT_EQ(facts.wire_bytes, request.size());
  EXPECT_EQ(facts.last_byte_at, last);
  EXPECT_EQ(facts.first_byte_at, last - static_cast<int64_t>((request.size() - 1) / 20) * kNsPerMs);
  EXPECT_EQ(facts.body_bytes, 5);
  EXPECT_EQ(facts.declared_bytes, 5);
  EXPECT_EQ(talk.exchange(2).latency_ns, answer - last);
  EXPECT_EQ(talk.response(2).facts.status, 200);
  EXPECT_EQ(talk.response(2).facts.first_seq, 5000 + answered);
}

TEST(Facts, LastCoveringAckIsKept) {
  Talk talk;
  const std::string request = Post("/a", Body(100));
  talk.ClientIn(50, request).ServerAcks(60).ServerAcks(request.size());
  const TimeNs covered = talk.now();
  talk.Wait(kNsPerMs).Server(Ok("a")).ClientAcks();
  talk.Close();
  const store::MessageFacts& facts = talk.request(1).facts;
  EXPECT_EQ(facts.acked_bytes, request.size());
  EXPECT_EQ(facts.last_ack, 1000 + request.size());
  EXPECT_EQ(facts.last_ack_at, covered);
}

TEST(Facts, PartialAckIsPartial) {
  Talk talk;
  talk.Client(Post("/a", Body(100))).ServerAcks(30);
  talk.Close();
  EXPECT_EQ(talk.request(1).facts.acked_bytes, 30);
  EXPECT_EQ(talk.request(1).facts.last_ack, 1030);
}

TEST(Facts, MessageWithoutAckHasNone) {
  Talk talk;
  talk.Client(Post("/a", Body(100)));
  talk.Close();
  EXPECT_EQ(talk.request(1).facts.acked_bytes, 0);
  EXPECT_EQ(talk.request(1).facts.last_ack, std::nullopt);
  EXPECT_EQ(talk.request(1).facts.last_ack_at, 0);
}

TEST(Facts, AckCapturedBeforeItsBytesCounts) {
  Talk talk;
  const std::string request = Get("/a");
  talk.ServerAcks(request.size());
  const TimeNs at = talk.now();
  talk.Client(request);
  talk.Close();
  EXPECT_EQ(talk.request(1).facts.acked_bytes, request.size());
  EXPECT_EQ(talk.request(1).facts.last_ack_at, at);
}

TEST(Facts, EachPipelinedRequestHasTheAckThatCoversIt) {
  Talk talk;
  const std::string request = Get("/a");
  const uint64_t size = request.size();
  talk.Client(request + request + request).ServerAcks(size + 5);
  const TimeNs first = talk.now();
  talk.ServerAcks(3 * size);
  const TimeNs second = talk.now();
  talk.Close();
  EXPECT_EQ(talk.request(1).facts.last_ack_at, first);
  EXPECT_EQ(talk.request(2).facts.last_ack_at, second);
  EXPECT_EQ(talk.request(3).facts.last_ack_at, second);
  EXPECT_EQ(talk.request(3).facts.acked_bytes, size);
}

TEST(Facts, CopiesBelongToTheMessagesThatTheyCover) {
  Talk talk;
  const std::string request = Get("/a");
  const uint64_t size = request.size();
  talk.Client(request + request + request);
  talk.ClientCopies(size + 1, size).ClientCopies(size, 1);
  const TimeNs at = talk.now();
  talk.Close();
  EXPECT_EQ(talk.request(1).facts.copies, 0);
  EXPECT_EQ(talk.request(2).facts.copies, 2);
  EXPECT_EQ(talk.request(2).facts.last_copy_at, at);
  EXPECT_EQ(talk.request(3).facts.copies, 1);
}

TEST(Facts, CopyOfBytesThatAreStillBufferedCounts) {
  Talk talk;
  const std::string request = Get("/a");
  talk.Client(request.substr(0, 10)).ClientCopies(12, 4).Client(request.substr(10));
  talk.Close();
  EXPECT_EQ(talk.request(1).facts.copies, 1);
}

TEST(Facts, ConflictingCopyFlagsTheMessage) {
  Talk talk;
  talk.Client(Get("/a")).ClientCopies(3, 5, true).Server(Ok("a"));
  talk.Close();
  EXPECT_THAT(talk.flags(1), ElementsAre("overlap_conflict"));
}

TEST(Facts, ConflictingCopyOfAHeadInProgressFlagsTheMessage) {
  Talk talk;
  const std::string request = Get("/a");
  const std::string answer = Ok("a");
  talk.Client(request.substr(0, 20)).ClientCopies(3, 5, true).Client(request.substr(20));
  talk.Server(answer.substr(0, 20));
  talk.Client(Get("/b"));
  talk.ServerCopies(3, 5, true).ServerMore(answer.substr(20));
  talk.Close();
  const auto conflict = [](const store::MessageFacts& facts) {
    return HasFlag(facts.flags, store::Flag::kOverlapConflict);
  };
  EXPECT_TRUE(conflict(talk.request(1).facts));
  EXPECT_TRUE(conflict(talk.response(1).facts));
  EXPECT_FALSE(conflict(talk.request(2).facts));
}

TEST(Facts, CopyOfAStartThatWaitsForItsProofCounts) {
  Talk talk({.mid_stream = true});
  const std::string request = Get("/a");
  talk.Client(request.substr(0, 20)).ClientCopies(0, 20).ClientMore(request.substr(20));
  talk.Close();
  EXPECT_EQ(talk.request(1).facts.copies, 1);
}

TEST(Facts, CopyOverTheEndOfAMessageAndAHeadInProgressIsOneOfBoth) {
  Talk talk;
  const std::string request = Get("/a");
  talk.Client(request + request.substr(0, 20));
  talk.ClientCopies(0, request.size() + 20).Client(request.substr(20));
  talk.Close();
  EXPECT_EQ(talk.request(1).facts.copies, 1);
  EXPECT_EQ(talk.request(2).facts.copies, 1);
}

TEST(Facts, CopiesThatDifferAreNotForgottenForOthers) {
  Talk talk;
  const std::string request = Get("/a");
  talk.Client(request.substr(0, 20)).ClientCopies(3, 1, true);
  for (size_t i = 0; i < 2 * limits::kAheadFacts; ++i) {
    talk.ClientCopies(0, 20);
  }
  talk.Client(request.substr(20));
  talk.Close();
  EXPECT_THAT(talk.flags(1), testing::Contains("overlap_conflict"));
}

TEST(Facts, CopyOfAMessageThatWaitsForItsAckCounts) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).ServerCopies(0, 5).ClientAcks();
  EXPECT_EQ(talk.response(1).facts.copies, 1);
}

}  // namespace
}  // namespace trafrec::reassembly
