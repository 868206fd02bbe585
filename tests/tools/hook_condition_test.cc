#include "tools/replay/hook_condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.h"

namespace trafrec::tools {
namespace {

using testing::AllOf;
using testing::HasSubstr;

HookCondition Condition(const std::string& text) {
  return ParseHook(text + ": true").value().condition;
}

TEST(HookCondition, ACountMayBeWrittenWithAnExponent) {
  EXPECT_EQ(Condition("mutations=1.5e6").value, 1'500'000);
}

TEST(HookCondition, EqualHoldsOnceTheCountWasReachedOrPassed) {
  const HookCondition condition = Condition("mutations=10");
  EXPECT_FALSE(condition.Holds({.mutations = 9}));
  EXPECT_TRUE(condition.Holds({.mutations = 10}));
  EXPECT_TRUE(condition.Holds({.mutations = 12}));
}

TEST(HookCondition, TheBoundIsPartOfAtLeastAndAtMostOnly) {
  const HookState five{.dead = 5};
  EXPECT_TRUE(Condition("dead>=5").Holds(five));
  EXPECT_TRUE(Condition("dead<=5").Holds(five));
  EXPECT_FALSE(Condition("dead>5").Holds(five));
  EXPECT_FALSE(Condition("dead<5").Holds(five));
}

TEST(HookCondition, APercentageMayHaveDecimalsAndItsSign) {
  const HookCondition condition = Condition("percent=99.5");
  EXPECT_FALSE(condition.Holds({.percent = 99'499}));
  EXPECT_TRUE(condition.Holds({.percent = 99'500}));
  EXPECT_EQ(Condition("percent>=50 %").value, 50'000);
}

TEST(HookCondition, OfALogWithoutEndNoPercentageHolds) {
  EXPECT_FALSE(Condition("percent<100").Holds({}));
}

TEST(HookCondition, APercentageIsFromNothingToAll) {
  for (const char* wrong : {"percent=101: true", "percent=-1: true", "percent=half: true"}) {
    EXPECT_THAT(ParseHook(wrong).error().what, HasSubstr("percentage")) << wrong;
  }
}

TEST(HookCondition, EachNameIsACountOfItsOwn) {
  EXPECT_TRUE(Condition("operations=1").Holds({.operations = 1}));
  EXPECT_TRUE(Condition("exchanges=1").Holds({.exchanges = 1}));
  EXPECT_TRUE(Condition("retries=1").Holds({.retries = 1}));
}

TEST(HookCondition, ALagThatIsNotKnownIsNeitherSmallNorLarge) {
  EXPECT_FALSE(Condition("lag<5s").Holds({}));
  EXPECT_FALSE(Condition("lag>5s").Holds({}));
  EXPECT_TRUE(Condition("lag<5s").Holds({.lag_ns = 4 * kNsPerSecond}));
  EXPECT_FALSE(Condition("lag<5s").Holds({.lag_ns = 5 * kNsPerSecond}));
}

TEST(HookCondition, TheCommandIsAllBehindTheFirstColon) {
  EXPECT_EQ(ParseHook(" dead > 0 :  curl http://x:1/ : ").value().command, "curl http://x:1/ :");
}

struct WrongHook {
  const char* text;
  const char* place;
  const char* why;
};

class WrongHooks : public testing::TestWithParam<WrongHook> {};

TEST_P(WrongHooks, AreNamedWithThePlaceTheReasonAndARemedy) {
  const auto hook = ParseHook(GetParam().text);
  ASSERT_FALSE(hook);
  EXPECT_EQ(hook.error().code, ErrorCode::kUsage);
  EXPECT_THAT(hook.error().what,
              AllOf(HasSubstr(GetParam().text),
                    HasSubstr(std::string("character ") + GetParam().place + ":"),
                    HasSubstr(GetParam().why)));
  EXPECT_NE(hook.error().remedy, "");
}

INSTANTIATE_TEST_SUITE_P(HookCondition, WrongHooks,
                         testing::Values(WrongHook{"", "1", "no condition"},
                                         WrongHook{"echo hello", "1", "no condition"},
                                         WrongHook{"x: a=1", "1", "no condition"},
                                         WrongHook{"mutation=5: true", "1", "no count 'mutation'"},
                                         WrongHook{"  =5: true", "3", "no count ''"},
                                         WrongHook{"mutations=1.5: true", "11", "not a count"},
                                         WrongHook{"mutations=-1: true", "11", "not a count"},
                                         WrongHook{"mutations=1e99: true", "11", "not a count"},
                                         WrongHook{"mutations=nan: true", "11", "not a count"},
                                         WrongHook{"dead>= : true", "8", "not a count"},
                                         WrongHook{"lag<5: true", "5", "'5'"},
                                         WrongHook{"lag=5s: true", "4", "seldom"},
                                         WrongHook{"dead>0", "7", "command"},
                                         WrongHook{"dead>0: ", "7", "command"}));

TEST(HookCondition, AMistypedNameIsAnsweredWithTheNearestOne) {
  EXPECT_THAT(ParseHook("mutatoins=5: true").error().remedy, HasSubstr("did you mean mutations?"));
}

}  // namespace
}  // namespace trafrec::tools
