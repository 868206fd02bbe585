#include "replay/compare/noise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "replay/compare/rules_file.h"

namespace trafrec::compare {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr NoiseThresholds kDefault;

Difference At(std::string pointer, Kind kind = Kind::kValue, Part part = Part::kBody) {
  return {.part = part, .kind = kind, .source_pointer = pointer, .target_pointer = pointer};
}

Compared Pair(std::vector<Difference> differences, std::string shape = "GET /") {
  return {.shape = std::move(shape), .source{}, .result{}, .differences = {std::move(differences)}};
}

/// So many pairs, of which the first `differing` have the difference.
void Add(NoiseLearner& learner, bool trial, int differing, int pairs,
         const Difference& difference) {
  for (int i = 0; i < pairs; ++i) {
    const Compared pair = Pair(i < differing ? std::vector{difference} : std::vector<Difference>{});
    trial ? learner.AddTrial(NoiseOrigin::kControl, pair) : learner.AddRaw(pair);
  }
}

std::vector<std::string> Places(const NoiseLearner& learner) {
  std::vector<std::string> places;
  for (const Noise& each : learner.Learned(kDefault)) {
    places.push_back(std::string(NameOf(each.kind)) + " " + each.place);
  }
  return places;
}

TEST(Explains, ARateThatIsNoHigherThanThatOfTheNoise) {
  EXPECT_TRUE(Explains({50, 100}, {50, 100}, kDefault));
  EXPECT_TRUE(Explains({50, 100}, {10, 100}, kDefault));
  EXPECT_FALSE(Explains({0, 100}, {1, 100}, kDefault));
}

TEST(Explains, ARateThatIsHigherByLessThanEitherThreshold) {
  EXPECT_TRUE(Explains({10'000, 100'000}, {14'000, 100'000}, kDefault));   // 17% of the sum
  EXPECT_FALSE(Explains({10'000, 100'000}, {16'000, 100'000}, kDefault));  // 23% of the sum
  EXPECT_TRUE(Explains({100, 1'000'000}, {300, 1'000'000}, kDefault));     // 0.02% of the pairs
  EXPECT_FALSE(Explains({100, 1'000'000}, {600, 1'000'000}, kDefault));
}

TEST(Explains, ARateThatChanceCouldMakeHigher) {
  EXPECT_TRUE(Explains({1, 1'000}, {3, 1'000}, kDefault));
  EXPECT_FALSE(Explains({1, 1'000}, {30, 1'000}, kDefault));
}

TEST(NoiseLearner, LearnsWhatVariesByItselfAsOften) {
  NoiseLearner learner;
  Add(learner, true, 90, 100, At("/took"));
  Add(learner, false, 95, 100, At("/took"));
  EXPECT_THAT(Places(learner), ElementsAre("value /took"));
}

TEST(NoiseLearner, DoesNotLearnWhatDiffersMoreOften) {
  NoiseLearner learner;
  Add(learner, true, 20, 100, At("/name"));
  Add(learner, false, 95, 100, At("/name"));
  EXPECT_THAT(Places(learner), IsEmpty());
}

TEST(NoiseLearner, ThatAValueVariesDoesNotHideThatItIsMissing) {
  NoiseLearner learner;
  Add(learner, true, 100, 100, At("/took"));
  Add(learner, false, 1, 100, At("/took", Kind::kMissing));
  EXPECT_THAT(Places(learner), IsEmpty());
}

TEST(NoiseLearner, WhatIsSometimesMissingIsSometimesAdded) {
  NoiseLearner learner;
  Add(learner, true, 20, 100, At("/profile", Kind::kMissing));
  Add(learner, false, 20, 100, At("/profile", Kind::kAdded));
  EXPECT_THAT(Places(learner), ElementsAre("added /profile"));
}

TEST(NoiseLearner, WhatComesAndGoesMayHaveAnotherValueNowAndThen) {
  NoiseLearner learner;
  Add(learner, true, 3, 100, At("/profile", Kind::kMissing));
  Add(learner, false, 1, 100, At("/profile"));
  EXPECT_THAT(Places(learner), ElementsAre("value /profile"));
}

TEST(NoiseLearner, NeverLearnsTheStatusNorWhatDiffersWithIt) {
  NoiseLearner learner;
  const Compared pair =
      Pair({At("", Kind::kValue, Part::kStatus), At("/error", Kind::kAdded), At("")});
  for (int i = 0; i < 100; ++i) {
    learner.AddTrial(NoiseOrigin::kControl, pair);
    learner.AddRaw(pair);
  }
  EXPECT_THAT(Places(learner), IsEmpty());
}

TEST(NoiseLearner, PlacesAreThoseOfOneShape) {
  NoiseLearner learner;
  learner.AddTrial(NoiseOrigin::kRepeats, Pair({At("/a")}, "GET /x"));
  learner.AddRaw(Pair({At("/a")}, "GET /x"));
  learner.AddRaw(Pair({At("/a")}, "GET /y"));
  const std::vector<Noise> learned = learner.Learned(kDefault);
  ASSERT_EQ(learned.size(), 1U);
  EXPECT_EQ(learned[0].shape, "GET /x");
}

TEST(NoiseLearner, OneTargetTwiceIsNoDifferenceTwentyTimes) {
  std::mt19937 random(1);
  const auto chance = [&random](double share) {
    return std::uniform_real_distribution<>(0, 1)(random) < share;
  };
  const auto answer_pair = [&] {
    std::vector<Difference> found = {At("/date")};
    for (const auto& [pointer, share] :
         {std::pair("/took", 0.95), std::pair("/shard", 0.4), std::pair("/hits/0/sort", 0.03)}) {
      if (chance(share)) {
        found.push_back(At(pointer));
      }
    }
    if (chance(0.02)) {
      found.push_back(At("/profile", chance(0.5) ? Kind::kAdded : Kind::kMissing));
    }
    return Pair(found);
  };
  for (int time = 0; time < 20; ++time) {
    NoiseLearner learner;
    for (int i = 0; i < 1'000; ++i) {
      learner.AddTrial(NoiseOrigin::kControl, answer_pair());
      learner.AddRaw(answer_pair());
    }
    EXPECT_EQ(learner.Learned(kDefault).size(), 6U) << time;
  }
}

TEST(NoiseRules, AreAFileThatCanBeReadWhateverTheNames) {
  Noise noise{
      .shape = "GET /\"a\\b\x7f", .place = "/t\xff\x01k/\"", .noise = {1, 2}, .raw = {1, 3}};
  const std::string text = RulesText({noise});
  const auto rules = ParseRules(text, "frozen");
  ASSERT_TRUE(rules.has_value()) << text << rules.error().what;
  EXPECT_EQ(rules->size(), 1U);
}

}  // namespace
}  // namespace trafrec::compare
