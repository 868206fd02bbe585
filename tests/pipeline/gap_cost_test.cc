#include <gtest/gtest.h>

#include "tests/pipeline/gap_cost.h"

namespace trafrec::pipeline {
namespace {

/// What one gap costs beyond the exchanges whose bytes it touches, on average of the seeds below.
struct Bound {
  GapCase which;
  double flagged_max;   ///< paired right, but its start was found by searching
  double unpaired_max;  ///< without a partner, or not there

  friend void PrintTo(const Bound& bound, std::ostream* out) { *out << bound.which.Name(); }
};

class GapCost : public testing::TestWithParam<Bound> {};

TEST_P(GapCost, StaysWithinItsBoundAndNoPairIsWrong) {
  constexpr uint64_t kSeeds = 20;
  Outcome sum;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Verdict verdict = RunTrial(MakeGapTrial(seed, GetParam().which));
    ASSERT_EQ(verdict.Text(), "") << GetParam().which.Name() << ", seed " << seed;
    sum.Add(verdict.total());
  }
  EXPECT_LE(static_cast<double>(sum.flagged) / kSeeds, GetParam().flagged_max);
  EXPECT_LE(static_cast<double>(sum.unpaired + sum.missing) / kSeeds, GetParam().unpaired_max);
  EXPECT_EQ(sum.presumed_wrong, 0);
}

INSTANTIATE_TEST_SUITE_P(Clients, GapCost,
                         testing::Values(Bound{{Pipelining::kTurns, 1, Missed::kBody}, 0, 0},
                                         Bound{{Pipelining::kTurns, 1, Missed::kAnswers}, 2, 0},
                                         Bound{{Pipelining::kTurns, 1, Missed::kRequests}, 3, 0},
                                         Bound{{Pipelining::kBurst, 8, Missed::kBody}, 0, 0},
                                         Bound{{Pipelining::kBurst, 8, Missed::kAnswers}, 40, 2},
                                         Bound{{Pipelining::kBurst, 8, Missed::kRequests}, 50, 2},
                                         Bound{{Pipelining::kWindow, 8, Missed::kBody}, 0, 0},
                                         Bound{{Pipelining::kWindow, 8, Missed::kAnswers}, 30, 10},
                                         Bound{{Pipelining::kWindow, 8, Missed::kRequests}, 30, 10},
                                         Bound{{Pipelining::kWindow, 64, Missed::kBody}, 0, 0}));

/// In these an interim answer is presumed to be for one request, and its final answer then proves
/// to be for another.
TEST(GapTrial, InterimAnswersGoWithTheirFinalOne) {
  const Trial eight = MakeGapTrial(302, {Pipelining::kWindow, 8, Missed::kAnswers});
  const Trial many = MakeGapTrial(750, {Pipelining::kWindow, 64, Missed::kRequests});
  EXPECT_EQ(RunTrial(eight).Text(), "");
  EXPECT_EQ(RunTrial(many).Text(), "");
}

}  // namespace
}  // namespace trafrec::pipeline
