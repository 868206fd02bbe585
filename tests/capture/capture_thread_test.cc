#include "capture/capture_thread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <semaphore>

#include "capture/limits.h"
#include "tests/capture/fake_source.h"

namespace trafrec::capture {
namespace {

using store::LossCause;
using testing::ElementsAre;

constexpr size_t kPlenty = size_t{1} << 30;

std::vector<TimeNs> Times(const RingItem& item) {
  std::vector<TimeNs> times;
  for (const reassembly::Packet& packet : item.batch.packets) {
    times.push_back(packet.at);
  }
  return times;
}

struct Outcome {
  std::vector<TimeNs> times;
  std::vector<store::LossRecord> losses;
};

/// All that comes out of the ring until it is closed.
Outcome Drain(PacketRing& ring) {
  Outcome outcome;
  while (const auto item = ring.Pop()) {
    std::ranges::copy(Times(*item), std::back_inserter(outcome.times));
    std::ranges::copy(item->losses, std::back_inserter(outcome.losses));
  }
  return outcome;
}

uint64_t Value(const Counters& counters, const std::string& name) {
  const auto found = std::ranges::find(counters, name, &Counter::name);
  return found == counters.end() ? 0 : found->value;
}

TEST(CaptureThread, FromFilesItWaitsForRoom) {
  std::vector<FakeSource::Step> steps;
  for (TimeNs at = 0; at < 100; ++at) {
    steps.push_back(FakeSource::Packets({at}));
  }
  FakeSource source(false, std::move(steps));
  PacketRing ring(1, kPlenty);
  Gauges gauges;
  CaptureThread capture(source, ring, gauges);
  EXPECT_EQ(Drain(ring).times.size(), 100U);
}

TEST(CaptureThread, LiveAFullRingDropsAndTheNextItemCarriesTheLoss) {
  std::binary_semaphore dropped(0);
  std::binary_semaphore emptied(0);
  FakeSource source(true, {FakeSource::Packets({10}), FakeSource::Packets({20, 21}),
                           FakeSource::Packets({30}), FakeSource::Do([&](FakeSource&) {
                             dropped.release();
                             emptied.acquire();
                           }),
                           FakeSource::Packets({40})});
  PacketRing ring(1, kPlenty);
  Gauges gauges;
  CaptureThread capture(source, ring, gauges);
  dropped.acquire();
  EXPECT_THAT(Times(*ring.Pop()), ElementsAre(10));
  emptied.release();
  const auto next = ring.Pop();
  EXPECT_THAT(Times(*next), ElementsAre(40));
  ASSERT_EQ(next->losses.size(), 1U);
  const store::LossRecord& loss = next->losses[0];
  EXPECT_EQ(loss.cause, LossCause::kRingDrop);
  EXPECT_TRUE(loss.exact);
  EXPECT_EQ(loss.from, 20);
  EXPECT_EQ(loss.until, 30);
  EXPECT_EQ(loss.packets, 3U);
  EXPECT_EQ(loss.bytes, 300U);
}

TEST(CaptureThread, WhatTheRingDroppedAtTheEndIsNotForgotten) {
  std::binary_semaphore dropped(0);
  FakeSource source(true, {FakeSource::Packets({10}), FakeSource::Packets({20}),
                           FakeSource::Do([&](FakeSource&) { dropped.release(); })});
  PacketRing ring(1, kPlenty);
  Gauges gauges;
  CaptureThread capture(source, ring, gauges);
  dropped.acquire();
  const Outcome outcome = Drain(ring);
  EXPECT_THAT(outcome.times, ElementsAre(10));
  ASSERT_EQ(outcome.losses.size(), 1U);
  EXPECT_EQ(outcome.losses[0].packets, 1U);
}

TEST(CaptureThread, PacketsAreThoseHandedOverAndThoseDropped) {
  std::binary_semaphore dropped(0);
  FakeSource source(true, {FakeSource::Packets({10, 11}), FakeSource::Packets({20, 21, 22}),
                           FakeSource::Do([&](FakeSource&) { dropped.release(); })});
  PacketRing ring(1, kPlenty);
  Gauges gauges;
  CaptureThread capture(source, ring, gauges);
  dropped.acquire();
  const size_t received = Drain(ring).times.size();
  capture.Join();
  Counters counters{{.name = "packets.received", .part_of = "capture.packets", .value = received}};
  gauges.AddCounters({}, counters);
  EXPECT_EQ(Value(counters, "capture.packets"), 5U);
  EXPECT_THAT(BrokenSums(counters), ElementsAre());
}

TEST(CaptureThread, DropsOfKernelAndInterfaceBecomeLossesOfTheirOwn) {
  FakeSource source(true, {FakeSource::Packets({10}), FakeSource::Do([](FakeSource& self) {
                             self.dropped = {.kernel = 7, .interface = 3};
                           })});
  PacketRing ring(8, kPlenty);
  Gauges gauges;
  CaptureThread capture(source, ring, gauges);
  const Outcome outcome = Drain(ring);
  ASSERT_EQ(outcome.losses.size(), 2U);
  EXPECT_EQ(outcome.losses[0].cause, LossCause::kKernelDrop);
  EXPECT_EQ(outcome.losses[0].packets, 7U);
  EXPECT_EQ(outcome.losses[1].cause, LossCause::kInterfaceDrop);
  EXPECT_EQ(outcome.losses[1].packets, 3U);
}

TEST(CaptureThread, CutFileIsALossAtItsLastPacket) {
  FakeSource source(false, {FakeSource::Packets({10, 20}), FakeSource::Do([](FakeSource& self) {
                              self.warnings.push_back({.what = "a is cut", .cut = true});
                            })});
  PacketRing ring(8, kPlenty);
  Gauges gauges;
  CaptureThread capture(source, ring, gauges);
  const Outcome outcome = Drain(ring);
  capture.Join();
  ASSERT_EQ(outcome.losses.size(), 1U);
  EXPECT_EQ(outcome.losses[0].cause, LossCause::kCutFile);
  EXPECT_EQ(outcome.losses[0].from, 20);
  EXPECT_THAT(capture.warnings(), ElementsAre("a is cut"));
}

TEST(CaptureThread, ErrorOfTheSourceKeepsWhatCameBefore) {
  FakeSource source(true, {FakeSource::Packets({10}), FakeSource::FailWith("gone")});
  PacketRing ring(8, kPlenty);
  Gauges gauges;
  CaptureThread capture(source, ring, gauges);
  EXPECT_THAT(Drain(ring).times, ElementsAre(10));
  capture.Join();
  ASSERT_TRUE(capture.error());
  EXPECT_EQ(capture.error()->what, "gone");
}

TEST(CaptureThread, SilenceIsNotedBehindThePacketsAndInTheirTime) {
  constexpr TimeNs kLastPacket = 1'000;
  std::atomic<bool> noted{false};
  FakeSource source(true,
                    {FakeSource::Packets({kLastPacket}), FakeSource::Do([&](FakeSource& self) {
                       if (!noted) {
                         self.DoAgain();
                       }
                     })});
  PacketRing ring(8, kPlenty);
  Gauges gauges;
  CaptureThread capture(source, ring, gauges);
  EXPECT_THAT(Times(*ring.Pop()), ElementsAre(kLastPacket));
  const auto silent = ring.Pop();
  noted = true;
  EXPECT_TRUE(silent->batch.packets.empty());
  EXPECT_GT(silent->silent_until.value(), kLastPacket);
  Drain(ring);
}

TEST(CaptureThread, SilenceEndsWhereTheSourceWasAskedHoweverLateItsAnswerIsLookedAt) {
  using Clock = std::chrono::steady_clock;
  constexpr TimeNs kLastPacket = 1'000;
  constexpr auto kKeptWaiting = 2 * std::chrono::nanoseconds(limits::kLiveLatenessNs);
  Clock::time_point first_given;
  TimeNs second_at = 0;
  FakeSource source(true, {[&](FakeSource& self, PacketBatch& batch) {
                             first_given = Clock::now();
                             return FakeSource::Packets({kLastPacket})(self, batch);
                           },
                           FakeSource::Do([&](FakeSource&) {
                             // The next packet comes just behind this answer, and the thread is not
                             // run for long.
                             const auto answered = Clock::now();
                             second_at = kLastPacket +
                                         std::chrono::nanoseconds(answered - first_given).count();
                             while (Clock::now() - answered < kKeptWaiting) {
                             }
                           }),
                           [&](FakeSource& self, PacketBatch& batch) {
                             return FakeSource::Packets({second_at})(self, batch);
                           }});
  PacketRing ring(8, kPlenty);
  Gauges gauges;
  CaptureThread capture(source, ring, gauges);
  TimeNs silent_until = 0;
  while (const auto item = ring.Pop()) {
    silent_until = std::max(silent_until, item->silent_until.value_or(0));
  }
  EXPECT_LE(silent_until, second_at);
}

}  // namespace
}  // namespace trafrec::capture
