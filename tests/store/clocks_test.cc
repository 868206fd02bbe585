#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "store/format/clocks.h"
#include "tests/store/merge_fixture.h"
#include "tests/store/reader_fixture.h"

namespace trafrec::store {
namespace {

using testing::IsEmpty;

constexpr int64_t kHour = 3'600 * kNsPerSecond;

ClockOffset Offset(TimeNs at, int64_t offset_ns, int64_t uncertainty_ns) {
  return {"b", at, "a", offset_ns, uncertainty_ns, 1};
}

/// Recorders with clocks of their own, around a connection whose packets take a millisecond.
class ClocksOf : public testing::Test {
 protected:
  /// At the client's end of the wire, and at the server's.
  static constexpr Witness::Place kAtClient = {.from_server_ns = kNsPerMs};
  static constexpr Witness::Place kAtServer = {.from_client_ns = kNsPerMs};

  static Witness::Place Ahead(Witness::Place place, int64_t ns) {
    place.clock_ahead_ns = ns;
    return place;
  }
  std::vector<ClockOffset> Offsets() const { return OpenReader(log_)->Merged().value()->clocks; }

  const TemporaryFolder folder_;
  const std::filesystem::path log_ = folder_ / "log";
};

TEST_F(ClocksOf, AnOffsetIsFoundWithinItsBound) {
  Witness(log_, "a", kAtClient).SawAll(1, 100).End();
  Witness(log_, "b", Ahead(kAtServer, 70 * kNsPerMs)).SawAll(1, 100).End();
  ASSERT_EQ(Offsets().size(), 1U);
  const ClockOffset offset = Offsets()[0];
  EXPECT_EQ(offset.recorder, "b");
  EXPECT_EQ(offset.reference, "a");
  EXPECT_LE(std::abs(offset.offset_ns - 70 * kNsPerMs), offset.uncertainty_ns);
  EXPECT_LE(offset.uncertainty_ns, 2 * kNsPerMs);
  EXPECT_EQ(offset.packets, 200U);
}

TEST_F(ClocksOf, AClockAnHourOffIsPutRight) {
  Witness(log_, "a").SawAll(1, 50).End();
  Witness(log_, "b", {.clock_ahead_ns = -kHour}).SawAll(1, 51).End();
  EXPECT_EQ(Shown(log_).size(), 51U);
  EXPECT_EQ(Shown(log_).back(), "b-0001-21f /index/_doc/51");
}

TEST_F(ClocksOf, OrderIsThatOfTheCorrectedTimes) {
  Witness(log_, "a").SawAll(1, 20).Saw({.n = 300}).End();
  Witness(log_, "b", {.clock_ahead_ns = kHour}).SawAll(1, 20).Saw({.n = 200}).End();
  const std::vector<std::string> shown = Shown(log_);
  ASSERT_EQ(shown.size(), 22U);
  EXPECT_EQ(shown[20], "b-0001-1l /index/_doc/200");
  EXPECT_EQ(shown[21], "a-0001-1l /index/_doc/300");
}

TEST_F(ClocksOf, AnOffsetWithinItsBoundMovesNothing) {
  const RecorderClock clock({Offset(5, 9, 10)});
  EXPECT_EQ(clock.Corrected(100), 100);
}

TEST_F(ClocksOf, SentinelsThatPassedAProxyCompareTheClocksBeforeAndBehindIt) {
  Witness before(log_, "a", kAtClient);
  Witness behind(log_, "b", Ahead(kAtServer, 70 * kNsPerMs));
  for (ExchangeNumber n = 1; n <= 6; ++n) {
    const std::string nonce = std::to_string(n);
    before.Saw({.n = n, .client_port = 40'000, .nonce = nonce});
    behind.Saw({.n = n, .client_port = 50'000, .nonce = nonce});
  }
  before.End();
  behind.End();
  ASSERT_EQ(Offsets().size(), 1U);
  EXPECT_LE(std::abs(Offsets()[0].offset_ns - 70 * kNsPerMs), Offsets()[0].uncertainty_ns);
}

TEST_F(ClocksOf, DriftIsFollowed) {
  constexpr double kDrift = 1e-4;
  Witness(log_, "a", kAtClient).SawAll(1, 20'000).End();
  Witness::Place drifting = kAtServer;
  drifting.drift = kDrift;
  Witness(log_, "b", drifting).SawAll(1, 20'000).End();
  const std::vector<ClockOffset> offsets = Offsets();
  ASSERT_GT(offsets.size(), 10U);
  for (const ClockOffset& offset : offsets) {
    const auto gained = static_cast<int64_t>(kDrift * static_cast<double>(offset.at - kBegin));
    EXPECT_LE(std::abs(offset.offset_ns - gained), offset.uncertainty_ns);
  }
}

TEST_F(ClocksOf, RecordersThatShareNothingAreNotCompared) {
  Witness(log_, "a").SawAll(1, 50).End();
  Witness(log_, "b").SawAll(51, 99).End();
  EXPECT_THAT(Offsets(), IsEmpty());
}

TEST_F(ClocksOf, RecordersAreComparedThroughAThirdOne) {
  Witness(log_, "a").SawAll(1, 50).End();
  Witness(log_, "b", {.clock_ahead_ns = 2 * kHour}).SawAll(51, 99).End();
  Witness(log_, "c", {.clock_ahead_ns = kHour}).SawAll(1, 99).End();
  const std::vector<ClockOffset> offsets = Offsets();
  ASSERT_EQ(offsets.size(), 2U);
  EXPECT_EQ(offsets[0].recorder, "b");
  EXPECT_EQ(offsets[0].reference, "a");
  EXPECT_LE(std::abs(offsets[0].offset_ns - 2 * kHour), offsets[0].uncertainty_ns);
}

TEST_F(ClocksOf, OffsetsAreKeptAsRowsAndSegmentsAreNotTouched) {
  Witness(log_, "a").SawAll(1, 50).End();
  Witness(log_, "b", {.clock_ahead_ns = kHour}).SawAll(1, 50).End();
  const auto before = ReadLog(log_).frames;
  const std::vector<ClockOffset> offsets = Offsets();
  auto database = db::Database::Open(log_ / "clock_offsets.sqlite", db::OpenMode::kReadOnly);
  ASSERT_TRUE(database);
  EXPECT_EQ(database->QueryInt("SELECT offset_ns FROM clock_offset WHERE recorder='b'").value(),
            offsets[0].offset_ns);
  EXPECT_EQ(ReadLog(log_).frames, before);
}

TEST_F(ClocksOf, KeptRowsServeUntilTheLogGrows) {
  Witness(log_, "a").SawAll(1, 50).End();
  Witness(log_, "b", {.clock_ahead_ns = kHour}).SawAll(1, 50).End();
  ASSERT_EQ(Offsets().size(), 1U);
  // A reader that believes the row below merges nothing.
  Spoil(log_ / "clock_offsets.sqlite", "UPDATE clock_offset SET offset_ns=0");
  EXPECT_EQ(Shown(log_).size(), 100U);
  Witness(log_, "c").SawAll(51, 52).End();
  EXPECT_EQ(Shown(log_).size(), 52U);
}

TEST_F(ClocksOf, RowsThatCannotBeReadAreMadeAgain) {
  Witness(log_, "a").SawAll(1, 50).End();
  Witness(log_, "b", {.clock_ahead_ns = kHour}).SawAll(1, 50).End();
  std::ofstream(log_ / "clock_offsets.sqlite") << "no database";
  EXPECT_EQ(Shown(log_).size(), 50U);
}

TEST_F(ClocksOf, RowsThatMakeNoSenseAreMadeAgain) {
  Witness(log_, "a").SawAll(1, 50).End();
  Witness(log_, "b", {.clock_ahead_ns = kHour}).SawAll(1, 50).End();
  ASSERT_EQ(Offsets().size(), 1U);
  Spoil(log_ / "clock_offsets.sqlite", "UPDATE clock_offset SET offset_ns=9223372036854775807");
  EXPECT_EQ(Shown(log_).size(), 50U);
}

TEST(RecorderClock, NeverRunsBackwards) {
  const RecorderClock clock({Offset(1'000, 100, 0), Offset(1'100, 900, 0), Offset(9'000, 200, 0)});
  for (TimeNs time = 0; time < 10'000; ++time) {
    ASSERT_LE(clock.Corrected(time), clock.Corrected(time + 1)) << time;
  }
}

}  // namespace
}  // namespace trafrec::store
