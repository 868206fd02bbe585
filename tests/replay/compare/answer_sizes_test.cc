#include "replay/compare/answer_sizes.h"

#include <gtest/gtest.h>

#include "replay/compare/limits.h"

namespace trafrec::compare {
namespace {

TEST(AnswerSizes, AreOfEachShapeAndOfAllTogether) {
  AnswerSizes sizes;
  sizes.Add("a", {.source = 100, .target = 90});
  sizes.Add("b", {.source = 100, .target = 120});
  EXPECT_EQ(sizes.all().count(), 2U);
  EXPECT_EQ(sizes.all().target.greatest(), 120);
  EXPECT_EQ(sizes.shapes().at("a").target.greatest(), 90);
}

TEST(AnswerSizes, AnAnswerWithoutABodyCountsAsNothingLong) {
  AnswerSizes sizes;
  sizes.Add("a", {.source = 0, .target = 7});
  EXPECT_EQ(sizes.all().source.Quantile(0.5), 0);
  EXPECT_EQ(sizes.all().target.Quantile(0.5), 7);
}

TEST(AnswerSizes, ShapesBeyondTheLimitAreTogether) {
  AnswerSizes sizes;
  for (size_t i = 0; i < limits::kSizeShapes + 5; ++i) {
    sizes.Add(std::to_string(i), {.source = 1, .target = 1});
  }
  EXPECT_EQ(sizes.shapes().size(), limits::kSizeShapes + 1);
  EXPECT_EQ(sizes.shapes().at("others").count(), 5U);
}

}  // namespace
}  // namespace trafrec::compare
