#include "tools/compare/pair_times.h"

#include <gtest/gtest.h>

#include "store/format/flags.h"

namespace trafrec::tools {
namespace {

store::StoredExchange Took(int64_t latency_ns, std::optional<int64_t> handshake_ns) {
  store::StoredExchange exchange;
  exchange.row.latency_ns = latency_ns;
  exchange.connection.handshake_ns = handshake_ns;
  return exchange;
}

TEST(PairTimes, NearTheServerThereIsNoRoundTripToTakeOut) {
  const compare::PairTimes times = TimesOf(Took(100, 30), Took(100, 40), RecordedAt::kServer);
  EXPECT_EQ(times.source_ns, 100);
  EXPECT_EQ(times.target_ns, 60);
}

TEST(PairTimes, NearTheClientTheHandshakesRoundTripIsTakenOut) {
  EXPECT_EQ(TimesOf(Took(100, 30), Took(100, 40), RecordedAt::kClient).source_ns, 70);
}

TEST(PairTimes, WhatAReplayWroteIsSeenFromTheClient) {
  store::StoredExchange source = Took(100, 30);
  source.connection.flags = store::FlagBit(store::Flag::kWireUnknown);
  EXPECT_EQ(TimesOf(source, Took(100, 40), RecordedAt::kServer).source_ns, 70);
}

TEST(PairTimes, AHandshakeLongerThanTheAnswerLeavesNothing) {
  EXPECT_EQ(TimesOf(Took(1, {}), Took(100, 500), RecordedAt::kServer).target_ns, 0);
}

TEST(PairTimes, WithoutALatencyThereIsNone) {
  EXPECT_FALSE(TimesOf(Took(-1, 30), Took(100, 40), RecordedAt::kServer).known());
}

}  // namespace
}  // namespace trafrec::tools
