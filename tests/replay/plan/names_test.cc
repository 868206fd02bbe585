#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/plan/index_naming.h"
#include "replay/plan/mapping_memory.h"

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

TEST(MappingMemory, TheFirstWriteOfAnIndexAddsToIt) {
  MappingMemory memory;
  EXPECT_TRUE(memory.Adds("a", WriteOf("a", "1"), "{}"));
  EXPECT_FALSE(memory.Adds("a", WriteOf("a", "2"), "{}"));
}

TEST(MappingMemory, AFieldIsNewOnceInEachIndex) {
  MappingMemory memory;
  memory.Adds("a", WriteOf("a", "1"), R"({"x":1})");
  EXPECT_TRUE(memory.Adds("a", WriteOf("a", "2"), R"({"x":1,"y":{"z":[{"w":true}]}})"));
  EXPECT_FALSE(memory.Adds("a", WriteOf("a", "3"), R"({"y":{"z":[{"w":false}]}})"));
  EXPECT_TRUE(memory.Adds("a", WriteOf("a", "3"), R"({"y":{"w":false}})"));
}

TEST(MappingMemory, NullAndEmptyListsMakeNoMapping) {
  MappingMemory memory;
  memory.Adds("a", WriteOf("a", "1"), "{}");
  EXPECT_FALSE(memory.Adds("a", WriteOf("a", "2"), R"({"x":null,"y":[],"z":{}})"));
}

TEST(MappingMemory, AnUpdateAddsWhatItsPartialDocumentBrings) {
  MappingMemory memory;
  Operation update = WriteOf("a", "1");
  update.kind = Kind::kUpdate;
  memory.Adds("a", WriteOf("a", "1"), R"({"x":1})");
  EXPECT_FALSE(memory.Adds("a", update, R"({"doc":{"x":2}})"));
  EXPECT_TRUE(memory.Adds("a", update, R"({"doc":{"y":2}})"));
}

TEST(MappingMemory, AScriptAddsOnceWhateverItsParameters) {
  MappingMemory memory;
  Operation update = WriteOf("a", "1");
  update.kind = Kind::kUpdate;
  memory.Adds("a", WriteOf("a", "1"), "{}");
  EXPECT_TRUE(memory.Adds("a", update, R"({"script":{"source":"s","params":{"n":1}}})"));
  EXPECT_FALSE(memory.Adds("a", update, R"({"script":{"source":"s","params":{"n":2}}})"));
  EXPECT_TRUE(memory.Adds("a", update, R"({"script":{"source":"t","params":{"n":1}}})"));
}

TEST(MappingMemory, WhatIsForgottenIsNewAgain) {
  MappingMemory memory;
  memory.Adds("logs-1", WriteOf("logs-1", "1"), R"({"x":1})");
  memory.Forget("logs-*");
  EXPECT_TRUE(memory.Adds("logs-1", WriteOf("logs-1", "1"), R"({"x":1})"));
}

}  // namespace
}  // namespace trafrec::plan
