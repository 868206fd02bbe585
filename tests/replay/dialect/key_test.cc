#include "replay/dialect/key.h"

#include <gtest/gtest.h>

#include "replay/dialect/index_names.h"

namespace trafrec::dialect {
namespace {

Key Document(std::string index, std::string id, bool write = true) {
  return {.scope = Scope::kDocument, .write = write, .name = std::move(index), .id = std::move(id)};
}
Key Index(std::string name, bool write = false) {
  return {.scope = Scope::kIndex, .write = write, .name = std::move(name)};
}

TEST(Key, ReadersDoNotConflict) {
  EXPECT_FALSE(Conflict(Document("a", "1", false), Index("a")));
  EXPECT_TRUE(Conflict(Document("a", "1", true), Index("a")));
}

TEST(Key, DocumentsMeetByIndexAndId) {
  EXPECT_TRUE(Meet(Document("a", "1"), Document("a", "1")));
  EXPECT_FALSE(Meet(Document("a", "1"), Document("a", "2")));
  EXPECT_FALSE(Meet(Document("a", "1"), Document("b", "1")));
}

TEST(Key, AnIdThatIsNotKnownYetMeetsNoDocumentButItsIndex) {
  EXPECT_FALSE(Meet(Document("a", ""), Document("a", "")));
  EXPECT_TRUE(Meet(Document("a", ""), Index("a")));
}

TEST(Key, TheClusterMeetsEverything) {
  EXPECT_TRUE(Meet({.scope = Scope::kCluster}, Document("a", "1")));
  EXPECT_TRUE(Meet({.scope = Scope::kState}, {.scope = Scope::kCluster}));
}

TEST(Key, LookingAtTheClusterOrdersNoDocuments) {
  EXPECT_FALSE(Meet({.scope = Scope::kState}, Document("a", "1")));
}

TEST(Key, APatternMeetsWhatItFits) {
  EXPECT_TRUE(NamesMeet("logs-*", "logs-1"));
  EXPECT_FALSE(NamesMeet("logs-*", "metrics-1"));
  EXPECT_TRUE(NamesMeet("*", "anything"));
  EXPECT_TRUE(NamesMeet("a*b*c", "a-b-b-c"));
  EXPECT_FALSE(NamesMeet("a*b*c", "a-c-b"));
}

TEST(Key, TwoPatternsMeetUnlessTheirEndsDiffer) {
  EXPECT_TRUE(NamesMeet("logs-*", "*-2026"));
  EXPECT_TRUE(NamesMeet("logs-*", "l*"));
  EXPECT_FALSE(NamesMeet("logs-*", "metrics-*"));
  EXPECT_FALSE(NamesMeet("*-a", "*-b"));
}

TEST(IndexNames, AListIsSplitAndEverythingIsAStar) {
  EXPECT_EQ(IndexNames("a,b-*,c:d"), (std::vector<std::string>{"a", "b-*", "c:d"}));
  EXPECT_EQ(IndexNames(""), std::vector<std::string>{"*"});
  EXPECT_EQ(IndexNames("a,_all"), std::vector<std::string>{"*"});
}

TEST(IndexNames, ExclusionsAreLeftOut) {
  EXPECT_EQ(IndexNames("a-*,-a-2"), std::vector<std::string>{"a-*"});
  EXPECT_EQ(IndexNames("a,b,-c"), (std::vector<std::string>{"a", "b"}));
}

TEST(IndexNames, DateMathIsAPattern) {
  EXPECT_EQ(IndexNames("<logstash-{now/d}>"), std::vector<std::string>{"logstash-*"});
  EXPECT_EQ(IndexNames("<a-{now/M{yyyy.MM|+12:00}}-b>,c"),
            (std::vector<std::string>{"a-*-b", "c"}));
}

TEST(IndexNames, ASelectorNamesItsDataStream) {
  EXPECT_EQ(IndexNames("logs::failures"), std::vector<std::string>{"logs"});
}

TEST(IndexNames, TooManyNamesAreAll) {
  std::string list;
  for (int i = 0; i < 300; ++i) {
    list += "a" + std::to_string(i) + ",";
  }
  EXPECT_EQ(IndexNames(list), std::vector<std::string>{"*"});
}

}  // namespace
}  // namespace trafrec::dialect
