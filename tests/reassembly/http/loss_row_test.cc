#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "talk.h"

namespace trafrec::reassembly {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// The loss rows of gaps, as "connection 1 lost 40 exactly".
std::vector<std::string> GapRows(Talk& talk) {
  std::vector<std::string> rows;
  for (const store::LossRecord& loss : talk.sink().losses) {
    if (loss.cause == store::LossCause::kGap) {
      rows.push_back("connection " + std::to_string(loss.connection.value()) + " lost " +
                     std::to_string(loss.bytes) + (loss.exact ? " exactly" : " at most"));
    }
  }
  return rows;
}

TEST(LossRow, LostRequestAndLostAnswerAreARowEach) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).ClientLost(50).ServerLost(60);
  talk.Client(Get("/b")).Server(Ok("b")).Close();
  EXPECT_THAT(GapRows(talk), ElementsAre("connection 1 lost 50 exactly",  //
                                         "connection 1 lost 60 exactly"));
}

TEST(LossRow, SpansTheTimeBetweenTheMessagesAroundIt) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).ClientLost(50).ServerLost(60);
  talk.Client(Get("/b")).Server(Ok("b")).Close();
  ASSERT_THAT(talk.sink().losses, testing::SizeIs(2));
  const store::LossRecord& loss = talk.sink().losses[0];
  EXPECT_EQ(loss.from, talk.request(1).facts.last_byte_at);
  EXPECT_EQ(loss.until, talk.request(2).facts.first_byte_at);
}

TEST(LossRow, DoesNotEndBeforeItBeginsThoughTheNextMessageCameEarlier) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).ClientLost(40).ServerLost(60);
  talk.Wait(-kNsPerSecond).Client(Get("/c")).Close();
  ASSERT_FALSE(talk.sink().losses.empty());
  for (const store::LossRecord& loss : talk.sink().losses) {
    EXPECT_LE(loss.from, loss.until);
  }
}

TEST(LossRow, HoleInsideABodyIsNone) {
  Talk talk;
  const std::string answer = Ok(Body(100));
  talk.Client(Get("/a")).Server(answer.substr(0, 60)).ServerLost(40).Server(answer.substr(100));
  talk.Close();
  EXPECT_THAT(GapRows(talk), IsEmpty());
}

TEST(LossRow, ConnectionOfWhichAllBytesAreMissingHasOne) {
  Talk talk;
  talk.ClientLost(50).ServerLost(60).Close();
  EXPECT_THAT(GapRows(talk), ElementsAre("connection 1 lost 50 exactly",  //
                                         "connection 1 lost 60 exactly"));
}

TEST(LossRow, BytesThatWerePassedOverCountAsPossiblyLost) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).ClientLost(50).Client("rest of a body").Server(Ok("b"));
  talk.Client(Get("/c")).Server(Ok("c")).Close();
  EXPECT_THAT(GapRows(talk), ElementsAre("connection 1 lost 64 at most"));
}

TEST(LossRow, CapturedBytesThatBecameNoMessageHaveOne) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a"));
  talk.Client(std::string(40, 'X') + " /b HTTP/1.1\r\nHost: a\r\n\r\n").Server(Ok("b"));
  talk.Client(Get("/c")).Server(Ok("c")).Close();
  EXPECT_THAT(GapRows(talk), ElementsAre("connection 1 lost 65 at most"));
  EXPECT_EQ(talk.counter("http.unread_bytes"), 65);
}

TEST(LossRow, WhatBecameNoMessageOfAConnectionThatBeganInTheMiddleHasOne) {
  Talk talk({.mid_stream = true});
  talk.Client("rest of a body").Client(Get("/a")).Server(Ok("a")).Close();
  EXPECT_THAT(GapRows(talk), ElementsAre("connection 1 lost 48 at most"));
}

TEST(LossRow, ConnectionThatBeganInTheMiddleWithAMessageHasNone) {
  Talk talk({.mid_stream = true});
  talk.Client(Get("/a")).Server(Ok("a")).Close();
  EXPECT_THAT(GapRows(talk), IsEmpty());
}

TEST(LossRow, OtherProtocolsHaveNone) {
  Talk talk;
  talk.Client("\x16\x03\x01\x02\x00\x01").ServerLost(60).Close();
  EXPECT_THAT(GapRows(talk), IsEmpty());
}

}  // namespace
}  // namespace trafrec::reassembly
