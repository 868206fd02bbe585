// When a consumer is asked to rest, and what wakes it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reassembly/limits.h"
#include "wire.h"

namespace trafrec::reassembly::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::unique_ptr<Wire> Spoken() {
  auto wire = Wire::Established();
  wire->recorder.rests = true;
  wire->Client().Send("GET");
  wire->Server().Send("200");
  wire->Client().Ack();
  return wire;
}

TEST(Resting, ConsumerRestsWhenItsConnectionIsSilent) {
  auto wire = Spoken();
  wire->WaitTick(limits::kRestNs - 1);
  EXPECT_THAT(wire->Seen().rests, IsEmpty());
  wire->WaitTick(1);
  EXPECT_THAT(wire->Seen().rests, ElementsAre("rest"));
  wire->WaitTick(10 * limits::kRestNs);
  EXPECT_THAT(wire->Seen().rests, ElementsAre("rest"));
}

TEST(Resting, WhatComesNextWakesIt) {
  for (const auto& [what, send] : std::initializer_list<std::pair<const char*, void (*)(Wire&)>>{
           {"bytes", [](Wire& wire) { wire.Client().Send("GET"); }},
           {"an answer", [](Wire& wire) { wire.Server().Send("408"); }},
           {"a gap",
            [](Wire& wire) {
              wire.Client().Lose("GET");
              wire.Server().Ack();
              wire.WaitTick(kNsPerSecond);
            }},
           {"old bytes", [](Wire& wire) { wire.Client().SendAt(0, "GET"); }},
           {"both FINs",
            [](Wire& wire) {
              wire.Client().Fin();
              wire.Server().Fin();
              wire.Client().Ack();
            }},
           {"an RST",
            [](Wire& wire) {
              wire.Client().Rst();
              wire.WaitTick(2 * limits::kResetSettleNs);
            }},
           {"a new SYN",
            [](Wire& wire) {
              wire.Client().isn += 100'000'000;
              wire.Client().Syn();
            }},
           {"the capture's end", [](Wire& wire) { wire.Finish(); }}}) {
    auto wire = Spoken();
    wire->WaitTick(limits::kRestNs);
    send(*wire);
    EXPECT_THAT(wire->Seen().rests, ElementsAre("rest", "wake")) << what;
  }
}

TEST(Resting, KeepAliveProbeWithoutBytesWakesNothing) {
  auto wire = Spoken();
  for (int i = 0; i < 5; ++i) {
    wire->WaitTick(limits::kRestNs);
    wire->Client().SendAt(2, "");
    wire->Server().Ack();
  }
  EXPECT_THAT(wire->Seen().rests, ElementsAre("rest"));
}

TEST(Resting, ConnectionWithAHoleDoesNotRest) {
  auto wire = Spoken();
  wire->Client().Lose("G");
  wire->Client().Send("ET");
  wire->WaitTick(limits::kRestNs);
  EXPECT_THAT(wire->Seen().rests, IsEmpty());
}

TEST(Resting, OneThatWillNotRestIsAskedOnceAPacket) {
  auto wire = Spoken();
  wire->recorder.rests = false;
  for (int i = 0; i < 3; ++i) {
    for (int tick = 0; tick < 5; ++tick) {
      wire->WaitTick(limits::kRestNs);
    }
    wire->Client().Ack();
  }
  EXPECT_THAT(wire->Seen().rests, ElementsAre("asked", "asked", "asked"));
}

TEST(Resting, RestedConsumerIsEvictedInItsTurn) {
  auto wire = Wire::Established();
  wire->recorder.rests = true;
  wire->recorder.holds_in = &wire->memory;
  wire->Client().Send("GET");
  wire->WaitTick(limits::kRestNs);
  EXPECT_THAT(wire->Seen().rests, ElementsAre("rest"));
  wire->memory.max_bytes = 1;
  wire->Wait(1);
  wire->WaitTick(1);
  EXPECT_THAT(wire->Seen().events, Contains("evict"));
  wire->memory.max_bytes = size_t{64} << 20;
}

}  // namespace
}  // namespace trafrec::reassembly::testing
