#include "tools/compare/pair_times.h"

#include <gtest/gtest.h>

#include "replay/calibration/round_trip_file.h"
#include "store/format/flags.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::tools {
namespace {

constexpr TripRules kAtServer{};
constexpr TripRules kAtClient{.recorded_at = RecordedAt::kClient};

store::StoredExchange Took(int64_t latency_ns, std::optional<int64_t> handshake_ns) {
  store::StoredExchange exchange;
  exchange.row.latency_ns = latency_ns;
  exchange.connection.handshake_ns = handshake_ns;
  return exchange;
}

/// A run whose requests to the source took 5, and those to its target 7.
Calibration Calibrated() {
  const test_support::TemporaryFolder run;
  auto file = calibration::RoundTripFile::Open(run.path());
  EXPECT_TRUE(file->Append({.side = calibration::Side::kSource, .name = "source", .ns = 5}));
  EXPECT_TRUE(file->Append({.side = calibration::Side::kTarget, .name = "default", .ns = 7}));
  return {.run = *calibration::RoundTrips::Read(run.path())};
}

TEST(PairTimes, NearTheServerThereIsNoRoundTripToTakeOut) {
  const compare::PairTimes times = TimesOf(Took(100, 30), Took(100, 40), kAtServer, {});
  EXPECT_EQ(times.source_ns, 100);
  EXPECT_EQ(times.target_ns, 60);
}

TEST(PairTimes, NearTheClientTheHandshakesRoundTripIsTakenOut) {
  EXPECT_EQ(TimesOf(Took(100, 30), Took(100, 40), kAtClient, {}).source_ns, 70);
}

TEST(PairTimes, WhatAReplayWroteIsSeenFromTheClient) {
  store::StoredExchange source = Took(100, 30);
  source.connection.flags = store::FlagBit(store::Flag::kWireUnknown);
  EXPECT_EQ(TimesOf(source, Took(100, 40), kAtServer, {}).source_ns, 70);
}

TEST(PairTimes, AHandshakeLongerThanTheAnswerLeavesNothing) {
  EXPECT_EQ(TimesOf(Took(1, {}), Took(100, 500), kAtServer, {}).target_ns, 0);
}

TEST(PairTimes, WithoutALatencyThereIsNone) {
  EXPECT_FALSE(TimesOf(Took(-1, 30), Took(100, 40), kAtServer, {}).known());
}

TEST(PairTimes, WhereNoHandshakeWasSeenCalibrationSaysIt) {
  const compare::PairTimes times = TimesOf(Took(100, {}), Took(100, 40), kAtClient, Calibrated());
  EXPECT_EQ(times.source_ns, 95);
  EXPECT_EQ(times.source_trip.by, compare::TripBy::kCalibration);
  EXPECT_EQ(times.target_trip.by, compare::TripBy::kHandshake);
}

TEST(PairTimes, CalibrationIsTakenInsteadOfHandshakesIfAskedFor) {
  const TripRules rules{.recorded_at = RecordedAt::kClient, .from = TripFrom::kCalibration};
  const compare::PairTimes times = TimesOf(Took(100, 30), Took(100, 40), rules, Calibrated());
  EXPECT_EQ(times.source_ns, 95);
  EXPECT_EQ(times.target_ns, 93);
}

TEST(PairTimes, WhatNothingKnowsOfStaysInAndIsCalledUnknown) {
  const compare::PairTimes times = TimesOf(Took(100, {}), Took(100, 40), kAtClient, {});
  EXPECT_EQ(times.source_ns, 100);
  EXPECT_EQ(times.source_trip.by, compare::TripBy::kUnknown);
}

TEST(PairTimes, RoundTripsStayInIfAskedFor) {
  const TripRules rules{.recorded_at = RecordedAt::kClient, .from = TripFrom::kNothing};
  EXPECT_EQ(TimesOf(Took(100, 30), Took(100, 40), rules, {}).target_ns, 100);
}

}  // namespace
}  // namespace trafrec::tools
