#include "tools/compare/fail_condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/compare/compare_report.h"

namespace trafrec::tools {
namespace {

using compare::Compared;
using compare::Difference;
using compare::Kind;
using compare::Part;
using testing::HasSubstr;

class FailConditionTest : public testing::Test {
 protected:
  /// 8 alike, 1 with another status, 1 of another shape with a member missing. The target takes
  /// 130 ms where the source took 100, and answers with 1,300 bytes where it had 1,000.
  FailConditionTest() {
    for (int i = 0; i < 10; ++i) {
      Compared pair{.shape = i == 9 ? "GET /other" : "GET /hello",
                    .source{},
                    .result{},
                    .differences{},
                    .times = {.source_ns = 100 * kNsPerMs, .target_ns = 130 * kNsPerMs},
                    .sizes = {.source = 1'000, .target = 1'300}};
      if (i == 8) {
        pair.differences.Add({.part = Part::kStatus, .source = "200", .target = "500"});
      } else if (i == 9) {
        pair.differences.Add({.kind = Kind::kMissing, .source_pointer = "/a", .source = "1"});
      }
      tally_.Add(pair);
    }
    report_.uncompared[static_cast<size_t>(Uncompared::kNotSent)] = 10;
  }

  Result<FailResult> Judged(const std::string& text) const {
    TRY_ASSIGN(const FailCondition condition, ParseFailCondition(text));
    return Judge(condition, report_);
  }
  bool Holds(const std::string& text) const {
    const Result<FailResult> result = Judged(text);
    EXPECT_TRUE(result.has_value()) << text;
    return result && result->holds;
  }

  compare::Tally tally_{{}};
  CompareReport report_{.tally = tally_, .source{}, .run{}, .dialect{}};
};

TEST_F(FailConditionTest, CountsAndSharesAreOfThePairs) {
  EXPECT_TRUE(Holds("differences > 1"));
  EXPECT_FALSE(Holds("differences > 2"));
  EXPECT_TRUE(Holds("differences>19.9%"));
  EXPECT_FALSE(Holds("differences > 20%"));
  EXPECT_EQ(Judged("differences > 2")->says, "2 of 10 pairs of answers (20%)");
}

TEST_F(FailConditionTest, PartsAndKindsAreCountedApart) {
  EXPECT_TRUE(Holds("status > 0"));
  EXPECT_TRUE(Holds("missing > 0"));
  EXPECT_TRUE(Holds("body > 0"));
  EXPECT_FALSE(Holds("field > 0"));
  EXPECT_FALSE(Holds("added > 0"));
}

TEST_F(FailConditionTest, AShapeNarrowsIt) {
  EXPECT_FALSE(Holds("status in GET /other > 0"));
  EXPECT_TRUE(Holds("missing in GET /other > 99%"));
  EXPECT_TRUE(Holds("latency.p50 in GET /other > 100ms"));
}

TEST_F(FailConditionTest, AShapeThatNobodyAskedForIsAnError) {
  const Result<FailResult> result = Judged("status in GET /nothing > 0");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
}

TEST_F(FailConditionTest, WhatIsNotComparedIsAShareOfAll) {
  EXPECT_TRUE(Holds("uncompared > 49%"));
  EXPECT_FALSE(Holds("not_sent > 50%"));
  EXPECT_FALSE(Holds("in_parts > 0"));
}

TEST_F(FailConditionTest, LatencyIsComparedWithTheSourceOrWithATime) {
  EXPECT_TRUE(Holds("latency.p99 > +25%"));
  EXPECT_FALSE(Holds("latency.p99 > +35%"));
  EXPECT_TRUE(Holds("latency.p50 > +20ms"));
  EXPECT_FALSE(Holds("latency.p50 > +40ms"));
  EXPECT_TRUE(Holds("latency.max > 125ms"));
  EXPECT_TRUE(Holds("latency.slower > 99%"));
  EXPECT_TRUE(Holds("latency.distance > 50%"));
}

TEST_F(FailConditionTest, SizeIsComparedWithTheSourceOrWithALength) {
  EXPECT_TRUE(Holds("size.p99 > +29%"));
  EXPECT_FALSE(Holds("size.p99 > +31%"));
  EXPECT_TRUE(Holds("size.p50 in GET /other > +299"));
  EXPECT_FALSE(Holds("size.p50 > +1KiB"));
  EXPECT_TRUE(Holds("size.max > 1KiB"));
  EXPECT_TRUE(Holds("size.distance > 99%"));
  EXPECT_EQ(Judged("size.mean > 1MiB")->says,
            "1000 B at the source, 1.27 KiB at the target (+30.0%)");
}

TEST_F(FailConditionTest, AnErrorNamesThePlace) {
  const auto what = [](const std::string& text) {
    const auto parsed = ParseFailCondition(text);
    return parsed ? "" : parsed.error().what + " | " + parsed.error().remedy;
  };
  EXPECT_THAT(what("status"), HasSubstr("column 7: no '>'"));
  EXPECT_THAT(what("stattus > 1"),
              HasSubstr("column 1: there is no 'stattus' | did you mean status?"));
  EXPECT_THAT(what("status > +1%"), HasSubstr("column 10: '+1%' is no bound for status"));
  EXPECT_THAT(what("latency.p99 > 20%"), HasSubstr("'20%' is no bound for latency.p99"));
  EXPECT_THAT(what("size.p99 > 20%"), HasSubstr("'20%' is no bound for size.p99"));
  EXPECT_THAT(what("size.max > 20ms"), HasSubstr("| +20% (more than at the source), +4KiB"));
  EXPECT_THAT(what("status > "), HasSubstr("'' is no bound"));
  EXPECT_THAT(what("status > nan"), HasSubstr("'nan' is no bound"));
  EXPECT_THAT(what("uncompared in GET / > 1"),
              HasSubstr("column 12: uncompared is counted of all"));
}

}  // namespace
}  // namespace trafrec::tools
