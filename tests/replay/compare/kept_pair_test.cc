#include "replay/compare/kept_pair.h"

#include <gtest/gtest.h>

#include "replay/compare/known_differences.h"
#include "replay/compare/rules_file.h"

namespace trafrec::compare {
namespace {

Compared SomePair() {
  Compared pair{.shape = "GET /*/_search",
                .source = "a-1-1",
                .result = "b-1-1",
                .differences{},
                .times = {.began_at = 7,
                          .source_ns = -1,
                          .target_ns = 9,
                          .source_trip = {.by = TripBy::kCalibration, .ns = 3}},
                .sizes = {.source = 1'000, .target = 70'000}};
  pair.differences.Add(
      {.source_pointer = "/n", .target_pointer = "/n", .source = "1000", .target = "1001"});
  pair.differences.Add(
      {.kind = Kind::kOverlap,
       .source_pointer = "/hits/hits",
       .target_pointer = "/hits/hits",
       .source = "[]",
       .target = "[]",
       .overlap = Overlap{.source = 9, .target = 8, .both = 7, .correlation = 0.25},
       .known = &KnownDifferences()[2]});
  pair.differences.redacted = 5;
  pair.differences.as_text = "why";
  return pair;
}

std::vector<Rule> Rules(const std::string& toml) { return ParseRules(toml, "rules").value(); }

std::optional<Compared> Judged(const Compared& pair, const std::vector<Rule>& rules) {
  return JudgeKept(ReadKept(KeptForm(pair, 200, 404)).value(), rules);
}

TEST(KeptPair, ComesBackAsItWasWithoutTheRulesThatHidIt) {
  Compared pair = SomePair();
  pair.differences.found[0].rule = 3;
  const KeptPair kept = ReadKept(KeptForm(pair, 200, 404)).value();
  EXPECT_EQ(kept.pair.differences.found, SomePair().differences.found);
  EXPECT_EQ(kept.pair.shape, pair.shape);
  EXPECT_EQ(kept.pair.times.source_ns, -1);
  EXPECT_EQ(kept.pair.sizes, pair.sizes);
  EXPECT_EQ(kept.pair.times.source_trip.ns, 3);
  EXPECT_EQ(kept.pair.differences.redacted, 5U);
  EXPECT_EQ(kept.pair.differences.as_text, "why");
  EXPECT_EQ(kept.target_status, 404);
}

TEST(KeptPair, IsJudgedByOtherRules) {
  const auto judged = Judged(SomePair(), Rules("[[tolerance]]\nplace = \"/n\"\nrelative = 0.01\n"
                                               "when = { target_status = 404 }\n"));
  ASSERT_TRUE(judged);
  EXPECT_EQ(judged->differences.found[0].rule, 0U);
  EXPECT_FALSE(judged->differences.found[1].rule);
}

TEST(KeptPair, IsReadAgainWhereARuleMayMakeItsBodiesAnew) {
  const std::string sort = "[[sort]]\nplace = \"/tags\"\n";
  EXPECT_FALSE(Judged(SomePair(), Rules(sort)));
  EXPECT_TRUE(Judged(SomePair(), Rules(sort + "[[ignore]]\nplace = \"/**\"\n")));
}

TEST(KeptPair, IsReadAgainWhereARuleAsksOfTheRequest) {
  const std::vector<Rule> rules = Rules("[[ignore]]\nplace = \"/n\"\nwhen = { index = \"a\" }\n");
  EXPECT_FALSE(Judged(SomePair(), rules));
  Compared same = SomePair();
  same.differences.found.clear();
  EXPECT_TRUE(Judged(same, rules));
}

TEST(KeptPair, IsReadAgainIfNotAllThatWasFoundWasKept) {
  Compared pair = SomePair();
  pair.differences.more = 1;
  EXPECT_FALSE(Judged(pair, {}));
  pair.differences.more = 0;
  pair.differences.narrowed = true;
  EXPECT_FALSE(Judged(pair, {}));
}

TEST(KeptPair, BytesThatAreCutAreNone) {
  const std::string whole = KeptForm(SomePair(), 200, 200);
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(ReadKept(whole.substr(0, length))) << length;
  }
  EXPECT_FALSE(ReadKept(whole + "x"));
}

}  // namespace
}  // namespace trafrec::compare
