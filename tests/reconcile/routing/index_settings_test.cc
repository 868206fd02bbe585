#include "reconcile/routing/index_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec::reconcile {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr VersionId kSeven = {7'100'299};

TEST(ReadClusterState, GivesAllThatAShardFollowsFrom) {
  const auto found = ReadClusterState(R"({"cluster_name":"c","metadata":{"templates":{},"indices":{
      "orders":{"version":4,"routing_num_shards":768,"state":"open","settings":{"index":{
        "number_of_shards":"3","uuid":"X1","version":{"created":"7100299"},
        "routing_partition_size":"2"}},
        "primary_terms":{"0":1,"1":3}}}}})");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "orders");
  EXPECT_EQ(found[0].uuid, "X1");
  EXPECT_THAT(found[0].primary_terms, ElementsAre(Pair(0, 1), Pair(1, 3)));
  const auto known = RoutingOf(found[0]);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->routing, (IndexRouting{3, 768, 2}));
  EXPECT_EQ(known->basis, RoutingBasis::kStated);
}

TEST(ReadClusterState, OfWhatIsNoneIsEmpty) {
  for (const char* text : {"", "[]", "{}", "{\"metadata\":7}", "{\"metadata\":{\"indices\":[1]}}",
                           "{\"metadata\":{\"indices\":{\"a\":{", "nonsense"}) {
    EXPECT_THAT(ReadClusterState(text), IsEmpty()) << text;
  }
}

TEST(ReadSettingsAnswer, ReadsFlatSettingsAsNestedOnes) {
  const auto flat = ReadSettingsAnswer(
      R"({"a":{"settings":{"index.number_of_shards":"5","index.version.created":"7100299"}}})");
  const auto nested = ReadSettingsAnswer(
      R"({"a":{"aliases":{},"settings":{"index":{"number_of_shards":"5","version":{"created":"7100299"}}}}})");
  ASSERT_EQ(flat.size(), 1U);
  ASSERT_EQ(nested.size(), 1U);
  EXPECT_EQ(flat[0].shards, 5U);
  EXPECT_EQ(nested[0].shards, 5U);
  EXPECT_EQ(RoutingOf(flat[0])->routing, RoutingOf(nested[0])->routing);
}

TEST(RoutingOf, SettingsWithoutRoutingShardsIsTheDefaultAndSaysSo) {
  const auto settings = ReadSettingsAnswer(
      R"({"a":{"settings":{"index":{"number_of_shards":"3","version":{"created":"6080999"}}}}})");
  const auto known = RoutingOf(settings.at(0));
  ASSERT_TRUE(known);
  EXPECT_EQ(known->routing, (IndexRouting{3, 3, 1}));
  EXPECT_EQ(known->basis, RoutingBasis::kDefault);
}

TEST(RoutingOf, ASplitIndexWithoutRoutingShardsIsNotKnown) {
  const auto settings = ReadSettingsAnswer(
      R"({"a":{"settings":{"index":{"number_of_shards":"6","version":{"created":"7100299"},
          "resize":{"source":{"name":"b","uuid":"X"}}}}}})");
  EXPECT_EQ(RoutingOf(settings.at(0)), std::nullopt);
}

TEST(RoutingOf, OneShardIsKnownWithoutAnythingElse) {
  const auto known = RoutingOf({.name = "a", .shards = 1});
  ASSERT_TRUE(known);
  EXPECT_EQ(known->basis, RoutingBasis::kStated);
  EXPECT_EQ(ShardOf(known->routing, "x", ""), 0U);
}

TEST(ReadCreation, TakesNumbersAndTextInAllPlaces) {
  for (const char* body :
       {R"({"settings":{"number_of_shards":4,"number_of_routing_shards":8}})",
        R"({"settings":{"index":{"number_of_shards":"4","number_of_routing_shards":8}}})",
        R"({"settings":{"index.number_of_shards":4,"index.number_of_routing_shards":"8"}})"}) {
    const auto made = ReadCreation("a", body);
    ASSERT_TRUE(made) << body;
    EXPECT_EQ(RoutingOf(*made)->routing, (IndexRouting{4, 8})) << body;
    EXPECT_EQ(RoutingOf(*made)->basis, RoutingBasis::kStated);
  }
}

TEST(ReadCreation, NeedsTheProductsVersionForTheDefault) {
  const auto made = ReadCreation("a", R"({"settings":{"number_of_shards":3}})");
  EXPECT_EQ(RoutingOf(*made), std::nullopt);
  EXPECT_EQ(RoutingOf(*made, kSeven)->routing, (IndexRouting{3, 768}));
}

TEST(ReadCreation, WithoutABodySaysNothingOfShards) {
  const auto made = ReadCreation("a", "\n");
  ASSERT_TRUE(made);
  EXPECT_EQ(RoutingOf(*made, kSeven), std::nullopt);
}

TEST(ReadCreation, OfWhatIsNoObjectIsNothing) {
  EXPECT_EQ(ReadCreation("a", "[]"), std::nullopt);
  EXPECT_EQ(ReadCreation("a", "{\"settings\":"), std::nullopt);
}

TEST(ReadCreation, NumbersThatCannotBeAreNotTaken) {
  for (const char* body :
       {R"({"settings":{"number_of_shards":-1}})", R"({"settings":{"number_of_shards":1e3}})",
        R"({"settings":{"number_of_shards":99999999999}})",
        R"({"settings":{"number_of_shards":0}})"}) {
    EXPECT_EQ(RoutingOf(*ReadCreation("a", body), kSeven), std::nullopt) << body;
  }
}

}  // namespace
}  // namespace trafrec::reconcile
