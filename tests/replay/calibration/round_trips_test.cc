#include "replay/calibration/round_trips.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/endpoint_text.h"
#include "replay/calibration/round_trip_file.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::calibration {
namespace {

const Endpoint kServer = *ParseEndpoint("10.0.0.1:9200");
constexpr TimeNs kMinute = 60 * kNsPerSecond;

RoundTrip At(TimeNs at, int64_t ns, Side side = Side::kTarget) {
  return {.side = side, .name = "default", .server = kServer, .at = at, .ns = ns};
}

class RoundTripsOfARun : public testing::Test {
 protected:
  void Append(const std::vector<RoundTrip>& all) const {
    auto file = RoundTripFile::Open(run_.path());
    ASSERT_TRUE(file);
    for (const RoundTrip& one : all) {
      ASSERT_TRUE(file->Append(one));
    }
  }
  void AppendText(const std::string& text) const {
    std::ofstream(run_ / "round_trips.tsv", std::ios::app) << text;
  }
  RoundTrips Read() const { return *RoundTrips::Read(run_.path()); }

  const test_support::TemporaryFolder run_;
};

TEST_F(RoundTripsOfARun, AreNoneWhereItWasNotCalibrated) {
  EXPECT_EQ(Read().samples(), 0U);
  EXPECT_FALSE(Read().Target(kServer, 0));
}

TEST_F(RoundTripsOfARun, AreTheMedianSoThatOneSlowAnswerSaysNothing) {
  Append({At(1, 10), At(2, 9'000), At(3, 12)});
  EXPECT_EQ(Read().Target(kServer, 2), 12);
}

TEST_F(RoundTripsOfARun, FollowANetworkThatChanges) {
  Append({At(0, 10), At(5 * kMinute, 50)});
  EXPECT_EQ(Read().Target(kServer, kMinute), 10);
  EXPECT_EQ(Read().Target(kServer, 4 * kMinute), 50);
  EXPECT_EQ(Read().Target(kServer, 90 * kMinute), 50);
}

TEST_F(RoundTripsOfARun, AreOfTheServerThatWasAsked) {
  Append({At(0, 10)});
  EXPECT_FALSE(Read().Target(*ParseEndpoint("10.0.0.2:9200"), 0));
}

TEST_F(RoundTripsOfARun, ToTheSourceAreOneNumber) {
  Append({At(0, 10, Side::kSource), At(9 * kMinute, 30, Side::kSource),
          At(10 * kMinute, 20, Side::kSource)});
  EXPECT_EQ(Read().Source(), 20);
  EXPECT_FALSE(Read().Target(kServer, 0));
}

TEST_F(RoundTripsOfARun, OutliveALineThatACrashTore) {
  Append({At(0, 10)});
  AppendText("target\tdefault\t10.0.0.1:92");
  EXPECT_EQ(Read().samples(), 1U);
  Append({At(0, 30), At(0, 30)});
  EXPECT_EQ(Read().samples(), 3U);
  EXPECT_EQ(Read().Target(kServer, 0), 30);
}

TEST_F(RoundTripsOfARun, HaveNoLineThatIsNoneOfThem) {
  Append({});
  AppendText(
      "target\tdefault\t10.0.0.1:9200\tyesterday\t5\n\n\t\t\t\t\ntarget\tdefault\tnowhere\t1\t5\n");
  EXPECT_EQ(Read().samples(), 0U);
}

}  // namespace
}  // namespace trafrec::calibration
