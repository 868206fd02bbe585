// Flows that wait for each other: see reassembly/stream/ordering.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire.h"

namespace trafrec::reassembly::testing {
namespace {

using ::testing::ElementsAre;

TEST(StreamTracker, CopyThatGoesFirstKnewNoMoreThanWasDelivered) {
  auto wire = Wire::Established();
  wire->Client().Lose("GET");
  wire->Server().Send("200");
  wire->Wait(kNsPerMs);
  wire->Client().SendAt(0, "GET");
  ASSERT_THAT(wire->Seen().events, ElementsAre("0:GET", "1:200"));
  EXPECT_EQ(wire->Seen().chunks[0].at(0).peer_offset, 0U);
}

TEST(StreamTracker, CopyGoesFirstOnlyAsFarAsTheOtherFlowWaitsForIt) {
  auto wire = Wire::Established();
  wire->recorder.strict_order = false;
  wire->Client().Send("GET1");
  wire->Server().Lose("answer1");
  wire->Client().Send("GET2");
  wire->Server().Lose("answer2").SendAt(0, "answer1answer2");
  EXPECT_THAT(wire->Seen().events, ElementsAre("0:GET1", "1:answer1", "0:GET2", "1:answer2"));
}

TEST(StreamTracker, PacketThatRepeatsBytesGoesFirstThoughItWasCapturedEarlier) {
  auto wire = Wire::Established();
  wire->Client().Send("GET1").Lose("GET2");
  wire->Server().Lose("answer");
  wire->Client().SendAt(0, "GET1GET2");
  wire->Wait(kNsPerMs);
  wire->Server().SendAt(0, "answer");
  EXPECT_THAT(wire->Seen().events, ElementsAre("0:GET1", "0:GET2", "1:answer"));
}

TEST(StreamTracker, JoinedPiecesKeepWhatEachPacketAcknowledged) {
  auto wire = Wire::Established();
  wire->Server().Lose("reply");
  wire->Client().acknowledges = kServerIsn + 1;
  for (int64_t offset = 1; offset < 40; offset += 2) {
    wire->Client().SendAt(offset, "x");
  }
  wire->Client().acknowledges.reset();
  wire->Client().SendAt(1, std::string(39, 'x'));
  wire->Client().acknowledges = kServerIsn + 1;
  wire->Client().SendAt(0, "x");
  EXPECT_EQ(wire->ClientFlow(), "xx");
  wire->Server().SendAt(0, "reply");
  EXPECT_EQ(wire->ClientFlow(), std::string(40, 'x'));
}

}  // namespace
}  // namespace trafrec::reassembly::testing
