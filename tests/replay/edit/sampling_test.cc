#include "replay/edit/sampling.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "replay/dialect/dialect.h"
#include "replay/edit/selection.h"

namespace trafrec::edit {
namespace {

using testing::HasSubstr;

Sampler Samples(std::string_view share, SampleBy by = SampleBy::kConnection) {
  return Sampler::Make(share, by).value();
}

dialect::Meaning Understood(std::string_view method, std::string_view target,
                            std::string_view body = {}) {
  return dialect::SearchDialect().Understand({method, target, {}, body});
}

/// Names of which `sampler` takes some: "n0" to "n9999".
std::vector<bool> Taken(Sampler sampler) {
  std::vector<bool> taken;
  for (int i = 0; i < 10'000; ++i) {
    taken.push_back(sampler.Takes("n" + std::to_string(i)));
  }
  return taken;
}

TEST(Sampler, TakesItsShare) {
  // A binomial share of 10,000 is within five standard deviations, 150.
  EXPECT_NEAR(static_cast<double>(std::ranges::count(Taken(Samples("10%")), true)), 1'000, 150);
}

TEST(Sampler, ASmallSampleIsPartOfALargerOne) {
  const std::vector<bool> small = Taken(Samples("10%"));
  const std::vector<bool> large = Taken(Samples("0.2"));
  for (size_t i = 0; i < small.size(); ++i) {
    EXPECT_TRUE(!small[i] || large[i]) << i;
  }
}

TEST(Sampler, TakesTheSameOnEachMachine) {
  // SHA-256 of "abc" begins with ba7816bf: 0.728. Of "" with e3b0c442: 0.889.
  EXPECT_TRUE(Samples("72.9%").Takes("abc"));
  EXPECT_FALSE(Samples("72.8%").Takes("abc"));
  EXPECT_TRUE(Samples("89%").Takes(""));
  EXPECT_FALSE(Samples("88%").Takes(""));
}

TEST(Sampler, AllIsAll) { EXPECT_EQ(std::ranges::count(Taken(Samples("100%")), false), 0); }

TEST(Sampler, RefusesWhatIsNoShare) {
  for (const std::string_view share : {"", "%", "0%", "101%", "1.1", "ten", "-1%", "5%%", "nan"}) {
    EXPECT_THAT(Sampler::Make(share, SampleBy::kTarget).error().what,
                HasSubstr("is no share of the traffic"))
        << share;
  }
}

TEST(Sampler, ADocumentStaysTogetherBehindItsAliases) {
  Sampler sampler = Samples("50%", SampleBy::kDocument);
  for (int i = 0; i < 100; ++i) {
    const std::string id = std::to_string(i);
    const auto by_index = Understood("PUT", "/logs-1/_doc/" + id, "{}");
    const auto by_alias = Understood("GET", "/logs/_doc/" + id);
    EXPECT_EQ(sampler.TakesOperation(by_index.operations[0], nullptr),
              sampler.TakesOperation(by_alias.operations[0], nullptr));
  }
}

TEST(Sampler, AnAutomaticIdIsTheAnswers) {
  Sampler sampler = Samples("72.9%", SampleBy::kDocument);
  const auto meaning = Understood("POST", "/logs/_doc", "{}");
  const dialect::Outcome outcome{.id = "abc"};
  EXPECT_TRUE(sampler.TakesOperation(meaning.operations[0], &outcome));
  EXPECT_FALSE(sampler.TakesOperation(meaning.operations[0], nullptr));
}

TEST(Sampler, WhatTouchesNoDocumentIsInEachSampleOfDocuments) {
  Sampler sampler = Samples("0.0001%", SampleBy::kDocument);
  EXPECT_TRUE(sampler.TakesOperation(Understood("PUT", "/logs").operations[0], nullptr));
}

TEST(Sampler, TargetsThatAreTheSameStayTogether) {
  Sampler sampler = Samples("50%", SampleBy::kTarget);
  for (char c = 'a'; c <= 'z'; ++c) {
    EXPECT_EQ(sampler.TakesTarget(std::string("/x/../") + c),
              sampler.TakesTarget(std::string("/") + c));
  }
}

TEST(Selection, OnlyMutationsOrOnlyQueries) {
  const Selection mutations{.only = Selection::Only::kMutations, .indices = {}};
  const Selection queries{.only = Selection::Only::kQueries, .indices = {}};
  const auto put = Understood("PUT", "/a/_doc/1", "{}");
  const auto get = Understood("GET", "/a/_doc/1");
  EXPECT_TRUE(mutations.Takes(put) && queries.Takes(get));
  EXPECT_FALSE(mutations.Takes(get) || queries.Takes(put));
}

TEST(Selection, AnIndexPatternTakesItemsOneByOne) {
  const Selection selection{.only = {}, .indices = {"logs-*"}};
  const auto bulk = Understood("POST", "/_bulk",
                               "{\"delete\":{\"_index\":\"logs-1\",\"_id\":\"1\"}}\n"
                               "{\"delete\":{\"_index\":\"other\",\"_id\":\"1\"}}\n");
  EXPECT_TRUE(selection.Takes(bulk));
  EXPECT_TRUE(selection.Takes(bulk.operations[0]));
  EXPECT_FALSE(selection.Takes(bulk.operations[1]));
}

TEST(Selection, WhatNamesNoIndexFitsNoPattern) {
  const Selection selection{.only = {}, .indices = {"*"}};
  EXPECT_FALSE(selection.Takes(Understood("PUT", "/_cluster/settings", "{}")));
}

TEST(Selection, AnEmptyOneTakesAll) {
  EXPECT_TRUE(Selection().Takes(Understood("PUT", "/_cluster/settings", "{}")));
}

}  // namespace
}  // namespace trafrec::edit
