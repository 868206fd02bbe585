#include "tools/patterns/analysis/folding.h"

#include <gtest/gtest.h>

#include "tools/patterns/analysis/agent.h"
#include "tools/patterns/analysis/limits.h"

namespace trafrec::patterns {
namespace {

TEST(FoldTarget, NumbersIdsAndDatesAreFolded) {
  EXPECT_EQ(FoldTarget("/users/17/orders/4711"), "/users/{n}/orders/{n}");
  EXPECT_EQ(FoldTarget("/item-0042"), "/item-{n}");
  EXPECT_EQ(FoldTarget("/d/6fa459ea-ee8a-3ca4-894e-db77e160355e"), "/d/{id}");
  EXPECT_EQ(FoldTarget("/d/AVxk3mVzQ9aBcDeFgHiJ"), "/d/{id}");
  EXPECT_EQ(FoldTarget("/blob/9f86d081"), "/blob/{id}");
  EXPECT_EQ(FoldTarget("/logs-2026.11.21/x"), "/logs-{date}/x");
}

TEST(FoldTarget, NamesStayAsTheyAre) {
  EXPECT_EQ(FoldTarget("/api/v1/customers"), "/api/v1/customers");
  EXPECT_EQ(FoldTarget("/orders/_search"), "/orders/_search");
  EXPECT_EQ(FoldTarget("/faceless-deadbeef-cafe"), "/faceless-deadbeef-cafe");
}

TEST(FoldTarget, ParametersAreNamesInOrder) {
  EXPECT_EQ(FoldTarget("/a?z=1&b=2&z=3"), "/a?b&z");
  EXPECT_EQ(FoldTarget("/a?"), "/a");
  EXPECT_EQ(FoldTarget("/a?&=x"), "/a");
}

TEST(FoldTarget, AnAbsoluteTargetIsItsPath) {
  EXPECT_EQ(FoldTarget("http://es:9200/a/1"), "/a/{n}");
  EXPECT_EQ(FoldTarget("http://es:9200"), "/");
}

TEST(FoldTarget, IsBounded) {
  EXPECT_LE(FoldTarget("/" + std::string(100'000, 'a')).size(), limits::kKeyBytesMax + 3);
  EXPECT_LE(FoldTarget("/?" + std::string(100'000, '&')).size(), limits::kKeyBytesMax + 3);
}

TEST(ParseAgent, TakesTheFirstProductAndTheRuntime) {
  const Agent agent = ParseAgent("elasticsearch-py/7.10.1 (Python 3.11.7; Linux)");
  EXPECT_EQ(agent.library, "elasticsearch-py");
  EXPECT_EQ(agent.version, "7.10.1");
  EXPECT_EQ(agent.runtime, "Python 3.11.7");
}

TEST(ParseAgent, KnowsBrowsersThatAllSayMozilla) {
  const Agent agent = ParseAgent(
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
      "Safari/537.36");
  EXPECT_EQ(agent.library, "Chrome");
  EXPECT_EQ(agent.version, "120.0.0.0");
}

TEST(ParseAgent, MakesNothingUp) {
  EXPECT_EQ(ParseAgent("").library, "");
  EXPECT_EQ(ParseAgent("curl").version, "");
  EXPECT_EQ(ParseAgent("(").library, "");
}

}  // namespace
}  // namespace trafrec::patterns
