#include "replay/compare/json_compare.h"

#include <gmock/gmock.h>

#include <random>
#include <string>
#include <vector>

#include "replay/compare/limits.h"

namespace trafrec::compare {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Differences Compare(std::string_view source, std::string_view target) {
  const json::Tree a = json::Tree::Parse(source).value();
  const json::Tree b = json::Tree::Parse(target).value();
  return CompareJson(a, b);
}

/// "missing /a 1 -": kind, place, both sides.
std::vector<std::string> Lines(std::string_view source, std::string_view target) {
  std::vector<std::string> lines;
  for (const Difference& each : Compare(source, target).found) {
    lines.push_back(std::string(NameOf(each.kind)) + " " + PointerOf(each) + " " +
                    (each.source.empty() ? "-" : each.source) + " " +
                    (each.target.empty() ? "-" : each.target));
  }
  return lines;
}

TEST(CompareJson, HowAValueIsWrittenIsNoDifference) {
  EXPECT_THAT(Lines(R"({"a": 1.0, "b":["é", 1e2]})", R"({ "b" :["\u00e9",100],"a":1 })"),
              IsEmpty());
}

TEST(CompareJson, NumbersDifferByAllOfTheirDigits) {
  EXPECT_THAT(Lines("[9007199254740993]", "[9007199254740992]"),
              ElementsAre("value /0 9007199254740993 9007199254740992"));
}

TEST(CompareJson, NumbersTooLongToTakeApartAreComparedAsWritten) {
  const std::string nines(limits::kNumberBytes, '9');
  EXPECT_THAT(Compare("[" + nines + ".50]", "[" + nines + ".5]").found, SizeIs(1));
}

TEST(CompareJson, NamesEachPlaceThatDiffers) {
  EXPECT_THAT(Lines(R"({"a":{"b":1,"c":true},"d":"x"})", R"({"a":{"b":2,"c":false},"d":"x"})"),
              ElementsAre("value /a/b 1 2", "value /a/c true false"));
}

TEST(CompareJson, AnotherTypeIsNoOtherValue) {
  EXPECT_THAT(Lines(R"({"a":1,"b":null,"c":[]})", R"({"a":"1","b":0,"c":{}})"),
              ElementsAre(R"(type /a 1 "1")", "type /b null 0", "type /c [] {}"));
}

TEST(CompareJson, MembersOfOneSideAreMissingOrAdded) {
  EXPECT_THAT(Lines(R"({"_type":"_doc","x":1})", R"({"x":1,"took":4})"),
              ElementsAre(R"(missing /_type "_doc" -)", "added /took - 4"));
}

TEST(CompareJson, NullIsNotNothing) {
  EXPECT_THAT(Lines(R"({"a":null})", "{}"), ElementsAre("missing /a null -"));
}

TEST(CompareJson, NamesInPointersAreEscaped) {
  EXPECT_THAT(Lines(R"({"a/b~c":1})", R"({"a/b~c":2})"), ElementsAre("value /a~1b~0c 1 2"));
}

TEST(CompareJson, MembersOfOneNameArePairedInOrder) {
  EXPECT_THAT(Lines(R"({"a":1,"a":2})", R"({"a":1,"a":3})"), ElementsAre("value /a 2 3"));
  EXPECT_THAT(Lines(R"({"a":1,"a":2})", R"({"a":1})"), ElementsAre("missing /a 2 -"));
}

TEST(CompareJson, AnElementLessDoesNotShiftTheOthers) {
  EXPECT_THAT(Lines("[1,2,3,4]", "[1,3,4]"), ElementsAre("missing /1 2 -"));
  EXPECT_THAT(Lines("[1,3,4]", "[1,2,3,4]"), ElementsAre("added /1 - 2"));
}

TEST(CompareJson, ElementsAroundTheMiddleArePairedByPlace) {
  EXPECT_THAT(Lines("[1,2,3,9]", "[1,5,9]"), ElementsAre("value /1 2 5", "missing /2 3 -"));
}

TEST(CompareJson, BehindAnElementMoreBothPlacesAreTold) {
  const Differences found = Compare("[7,[1,2],5]", "[[1,2],6]");
  ASSERT_THAT(found.found, SizeIs(3));  // nothing at either end is equal: by place
  const Differences behind = Compare(R"([0,1,{"a":1}])", R"([1,{"a":1}])");
  ASSERT_THAT(behind.found, SizeIs(1));
  EXPECT_EQ(behind.found[0].source_pointer, "/0");
}

/// A list of hits: "id:score".
std::string Hits(const std::vector<std::pair<std::string, int>>& hits) {
  std::string text = "[";
  for (const auto& [id, score] : hits) {
    text += std::string(text.size() > 1 ? "," : "") + R"({"_index":"i","_id":")" + id +
            R"(","_score":)" + std::to_string(score) + "}";
  }
  return text + "]";
}

TEST(CompareJson, DocumentsArePairedByTheirIds) {
  EXPECT_THAT(Lines(Hits({{"a", 3}, {"b", 2}, {"c", 1}}), Hits({{"b", 2}, {"c", 1}, {"d", 0}})),
              ElementsAre(R"(overlap  ["a"] ["d"])"));
}

TEST(CompareJson, AnotherOrderOfDocumentsIsOneDifference) {
  EXPECT_THAT(Lines(Hits({{"a", 3}, {"b", 2}, {"c", 1}}), Hits({{"b", 3}, {"a", 2}, {"c", 1}})),
              testing::Contains(R"(order  ["a","b","c"] ["b","a","c"])"));
}

TEST(CompareJson, TheOrderOfDocumentsThatSortAlikeIsChance) {
  EXPECT_THAT(Lines(Hits({{"a", 2}, {"b", 2}, {"c", 1}}), Hits({{"b", 2}, {"a", 2}, {"c", 1}})),
              IsEmpty());
}

TEST(CompareJson, ADocumentThatStandsTwiceIsPairedByPlace) {
  EXPECT_THAT(Lines(Hits({{"a", 1}, {"a", 2}}), Hits({{"a", 1}, {"a", 3}})),
              ElementsAre("value /1/_score 2 3"));
}

TEST(CompareJson, SeenFromTheTargetDocumentsAreTheMirror) {
  std::mt19937 random(3);
  const auto hits = [&random] {
    std::vector<std::pair<std::string, int>> list;
    for (const char* id : {"a", "b", "c", "d", "e"}) {
      if (random() % 4 != 0) {
        list.insert(list.begin() + static_cast<ptrdiff_t>(random() % (list.size() + 1)),
                    {id, static_cast<int>(random() % 3)});
      }
    }
    return Hits(list);
  };
  for (int i = 0; i < 500; ++i) {
    const std::string a = hits();
    const std::string b = hits();
    std::vector<Difference> mirrored;
    for (const Difference& each : Compare(b, a).found) {
      mirrored.push_back(Mirrored(each));
    }
    EXPECT_THAT(mirrored, testing::UnorderedElementsAreArray(Compare(a, b).found)) << a << "\n"
                                                                                   << b;
  }
}

TEST(CompareJson, DifferencesBeyondTheLimitAreCounted) {
  std::string source = "[";
  std::string target = "[";
  for (size_t i = 0; i < limits::kDifferences + 3; ++i) {
    source += i == 0 ? "1" : ",1";
    target += i == 0 ? "2" : ",2";
  }
  const Differences differences = Compare(source + "]", target + "]");
  EXPECT_THAT(differences.found, SizeIs(limits::kDifferences));
  EXPECT_EQ(differences.more, 3);
}

TEST(CompareJson, LongValuesAreCutBetweenCharacters) {
  const std::string text = "\"" + std::string(limits::kShownBytes - 2, 'x') + "éé\"";
  const Differences differences = Compare("[" + text + "]", "[1]");
  ASSERT_THAT(differences.found, SizeIs(1));
  EXPECT_EQ(differences.found[0].source, "\"" + std::string(limits::kShownBytes - 2, 'x') + "…");
}

/// Random documents out of few names and values, so that two of them have much in common.
class Documents {
 public:
  explicit Documents(unsigned seed) : random_(seed) {}

  std::string Next(int depth = 4) {
    switch (Below(depth == 0 ? 4 : 7)) {
      case 0:
        return Below(2) == 0 ? "1" : "1.0";
      case 1:
        return "2";
      case 2:
        return Below(2) == 0 ? R"("a")" : R"("\u0061")";
      case 3:
        return "null";
      case 4:
        return Container(depth, "{", "}", true);
      default:
        return Container(depth, "[", "]", false);
    }
  }

 private:
  unsigned Below(unsigned bound) { return std::uniform_int_distribution(0U, bound - 1)(random_); }

  std::string Container(int depth, const char* open, const char* close, bool named) {
    std::string text = open;
    const unsigned count = Below(5);
    for (unsigned i = 0; i < count; ++i) {
      text += i == 0 ? "" : ",";
      text += named ? std::string("\"") + "xyz"[Below(3)] + "\":" : "";
      text += Next(depth - 1);
    }
    return text + close;
  }

  std::mt19937 random_;
};

TEST(CompareJson, ADocumentDoesNotDifferFromItself) {
  Documents documents(1);
  for (int i = 0; i < 500; ++i) {
    const std::string text = documents.Next();
    // Other bytes, so that the two are walked, and not only found to be one text.
    EXPECT_TRUE(Compare(text, " " + text).none()) << text;
  }
}

TEST(CompareJson, SeenFromTheTargetItIsTheMirror) {
  Documents documents(2);
  size_t differing = 0;
  for (int i = 0; i < 2'000; ++i) {
    const std::string a = documents.Next();
    const std::string b = documents.Next();
    std::vector<Difference> forth = Compare(a, b).found;
    std::vector<Difference> mirrored;
    for (const Difference& each : Compare(b, a).found) {
      mirrored.push_back(Mirrored(each));
    }
    EXPECT_THAT(mirrored, testing::UnorderedElementsAreArray(forth)) << a << "\n" << b;
    differing += forth.empty() ? 0 : 1;
  }
  EXPECT_GT(differing, 1'000);
}

}  // namespace
}  // namespace trafrec::compare
