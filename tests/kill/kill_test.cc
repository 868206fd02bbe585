#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/kill/kill_trial.h"
#include "tests/support/private_machine.h"

namespace trafrec::kill {
namespace {

/// `tools/dev soak kill` goes on with other seeds.
class Killed : public testing::TestWithParam<uint64_t> {
 protected:
  const test_support::PrivateNetwork network_;
};

TEST_P(Killed, AHundredTimesTheLogLosesNothingUnsaidAndHoldsNothingTwice) {
  const KillReport report = RunKillTrial(100, GetParam());
  EXPECT_THAT(report.defects, testing::IsEmpty());
  EXPECT_EQ(report.kills, 100U);
  EXPECT_GT(report.recorded, 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Killed, testing::Values(1, 2));

}  // namespace
}  // namespace trafrec::kill
