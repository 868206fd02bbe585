#include "replay/compare/shape_compare.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace trafrec::compare {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> WordsOf(const Differences& differences) {
  std::vector<std::string> words;
  for (const Difference& each : differences.found) {
    words.push_back(InWords(each));
  }
  return words;
}

std::vector<std::string> Shapes(std::string_view source, std::string_view target) {
  const json::Tree a = json::Tree::Parse(source).value();
  const json::Tree b = json::Tree::Parse(target).value();
  return WordsOf(CompareShapes(a, b));
}

TEST(CompareShapes, ValuesOfOneTypeAreOfOneShape) {
  EXPECT_THAT(Shapes(R"({"a":1,"b":"x","c":true,"d":null,"e":[1,2]})",
                     R"({"a":2,"b":"y","c":false,"d":7,"e":[3]})"),
              IsEmpty());
}

TEST(CompareShapes, MembersAndTypesAreTold) {
  EXPECT_THAT(Shapes(R"({"a":1,"b":"x","c":1})", R"({"a":"1","b":"x"})"),
              ElementsAre(R"(a: a number (1) at the source, a string ("1") at the target)",
                          "c: 1 at the source, missing at the target"));
}

TEST(CompareShapes, NodesHaveNamesOfTheirOwn) {
  EXPECT_THAT(Shapes(R"({"nodes":{"aB3":{"ip":"1"}}})", R"({"nodes":{"xY9":{"ip":"2"}}})"),
              IsEmpty());
}

TEST(CompareColumns, NamesInTheFirstLineAreTheColumns) {
  EXPECT_THAT(WordsOf(CompareColumns("health  index docs.count\ngreen a 1\n",
                                     "health index docs.count\nred b 2\nred c 3\n")),
              IsEmpty());
  EXPECT_THAT(WordsOf(CompareColumns("ip master\n1.2.3.4 *\n", "ip cluster_manager\n1.2.3.4 *\n")),
              ElementsAre("line 1: ip master at the source, ip cluster_manager at the target"));
}

TEST(CompareColumns, WithoutNamesTheyAreCounted) {
  EXPECT_THAT(WordsOf(CompareColumns("green a 1\n", "red b 2\nred 3\n")), IsEmpty());
  EXPECT_THAT(WordsOf(CompareColumns("green a 1\n", "green a 1 2\n")),
              ElementsAre("line 1: 3 columns at the source, 4 columns at the target"));
}

TEST(TellsOfTheServer, IsAskedOfAnApiNotOfAPath) {
  EXPECT_TRUE(TellsOfTheServer({.api = "cat.indices"}));
  EXPECT_TRUE(TellsOfTheServer({.api = "nodes.stats"}));
  EXPECT_FALSE(TellsOfTheServer({.api = "indices.get_mapping"}));
}

}  // namespace
}  // namespace trafrec::compare
