#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/plan/index_naming.h"

namespace trafrec::plan {
namespace {

using dialect::Key;
using dialect::Kind;
using dialect::Meaning;
using dialect::Operation;
using dialect::Outcome;
using dialect::Scope;

Operation WriteOf(const std::string& index, const std::string& id) {
  Operation operation;
  operation.kind = Kind::kIndex;
  operation.keys.push_back({.scope = Scope::kDocument, .write = true, .name = index, .id = id});
  return operation;
}

Operation SearchOf(const std::string& index) {
  Operation operation;
  operation.kind = Kind::kSearch;
  operation.keys.push_back({.scope = Scope::kIndex, .name = index});
  return operation;
}

Outcome CreatedIn(const std::string& index, const std::string& id) {
  Outcome outcome;
  outcome.fate = dialect::Fate::kCreated;
  outcome.index = index;
  outcome.id = id;
  return outcome;
}

TEST(IndexNaming, TheAnswersIndexOutranksAnAlias) {
  IndexNaming naming;
  const Outcome outcome = CreatedIn("orders-7", "1");
  const auto keys = naming.Resolve({}, WriteOf("orders", "1"), &outcome);
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].name, "orders-7");
}

TEST(IndexNaming, AnAutomaticIdIsTheAnswers) {
  IndexNaming naming;
  const Outcome outcome = CreatedIn("orders", "xyz");
  EXPECT_EQ(naming.Resolve({}, WriteOf("orders", ""), &outcome).at(0).id, "xyz");
}

TEST(IndexNaming, AnUnansweredWriteThroughAnAliasTouchesAllItsIndicesSoFar) {
  IndexNaming naming;
  const Outcome first = CreatedIn("orders-1", "1");
  const Outcome second = CreatedIn("orders-2", "2");
  naming.Resolve({}, WriteOf("orders", "1"), &first);
  naming.Resolve({}, WriteOf("orders", "2"), &second);
  std::vector<std::string> names;
  for (const Key& key : naming.Resolve({}, WriteOf("orders", "3"), nullptr)) {
    names.push_back(key.name);
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("orders", "orders-1", "orders-2"));
}

TEST(IndexNaming, ASearchOfANameThatMayBeAnAliasTouchesEverything) {
  IndexNaming naming;
  EXPECT_EQ(naming.Resolve({}, SearchOf("orders"), nullptr).at(0).name, "*");
}

TEST(IndexNaming, ASearchOfAnIndexThatAnAnswerNamedTouchesThatOne) {
  IndexNaming naming;
  const Outcome outcome = CreatedIn("orders", "1");
  naming.Resolve({}, WriteOf("orders", "1"), &outcome);
  EXPECT_EQ(naming.Resolve({}, SearchOf("orders"), nullptr).at(0).name, "orders");
}

TEST(IndexNaming, SeveralNamesThatMayBeAliasesAreOneKey) {
  Operation search = SearchOf("one");
  search.keys.push_back({.scope = Scope::kIndex, .name = "two"});
  EXPECT_THAT(IndexNaming().Resolve({}, search, nullptr),
              testing::ElementsAre(Key{.scope = Scope::kIndex, .name = "*"}));
}

}  // namespace
}  // namespace trafrec::plan
