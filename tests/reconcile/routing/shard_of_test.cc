#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "reconcile/routing/index_routing.h"

namespace trafrec::reconcile {
namespace {

using std::string_literals::operator""s;

std::optional<uint32_t> HashOf(std::string_view text) {
  const auto hash = RoutingHash(text);
  return hash ? std::optional(static_cast<uint32_t>(*hash)) : std::nullopt;
}

// Computed by a program of other hands.
TEST(RoutingHash, IsMurmur3OfUtf16) {
  EXPECT_EQ(HashOf("hell"), 0x5a0cb7c3);
  EXPECT_EQ(HashOf("hello"), 0xd7c31989);
  EXPECT_EQ(HashOf("hello w"), 0x22ab2984);
  EXPECT_EQ(HashOf("The quick brown fox jumps over the lazy dog"), 0xe07db09c);
  EXPECT_EQ(HashOf(""), 0U);
}

TEST(RoutingHash, TakesCharactersBeyondTheBasicPlaneAsTwoUnits) {
  EXPECT_EQ(HashOf("😀"), 0x56065e39);
  EXPECT_EQ(HashOf("a😀"), 0x7080ab9f);
  EXPECT_EQ(HashOf("\xf4\x8f\xbf\xbf"), 0x11aff14f);
}

TEST(RoutingHash, TakesEveryLengthOfUtf8) {
  EXPECT_EQ(HashOf("\0"s), 0x30f4c306);
  EXPECT_EQ(HashOf("é"), 0x41e915ff);
  EXPECT_EQ(HashOf("日本"), 0xa4a1f0f3);
  EXPECT_EQ(HashOf("\xef\xbf\xbf"), 0x8619621f);
}

TEST(RoutingHash, SaysNothingOfWhatIsNoUtf8) {
  for (const std::string_view text :
       {"\x80", "a\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xed\xbf\xbf",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe6\x97", "\xc3(",
        "\xf0\x9f\x98"}) {
    EXPECT_EQ(RoutingHash(text), std::nullopt) << testing::PrintToString(text);
  }
}

TEST(ShardOf, CutsTheHashIntoRoutingShards) {
  // 0xd7c31989 is -675079799: floorMod by 768 is 649.
  EXPECT_EQ(ShardOf({3, 768}, "hello", ""), 2U);
  EXPECT_EQ(ShardOf({3, 3}, "hello", ""), 1U);
  EXPECT_EQ(ShardOf({1, 1024}, "hello", ""), 0U);
}

TEST(ShardOf, FollowsTheRoutingIfThereIsOne) {
  EXPECT_EQ(ShardOf({5, 640}, "anything", "hello"), ShardOf({5, 640}, "hello", ""));
}

TEST(ShardOf, SpreadsARoutingValueByTheIdsOfAPartitionedIndex) {
  const IndexRouting index{8, 8, 3};
  std::vector<uint32_t> seen(8);
  for (int i = 0; i < 300; ++i) {
    ++seen[ShardOf(index, std::to_string(i), "hello").value()];
  }
  // -675079799 mod 8 is 1.
  EXPECT_THAT(
      seen, testing::ElementsAre(0, testing::Gt(70), testing::Gt(70), testing::Gt(70), 0, 0, 0, 0));
}

TEST(ShardOf, SaysNothingOfAPartitionedIndexWithoutRouting) {
  EXPECT_EQ(ShardOf({8, 8, 3}, "a", ""), std::nullopt);
}

TEST(ShardOf, SaysNothingWhereTheNumbersCannotBe) {
  for (const IndexRouting& index :
       {IndexRouting{0, 0}, IndexRouting{3, 0}, IndexRouting{3, 4}, IndexRouting{4, 2},
        IndexRouting{3, 3, 0}, IndexRouting{3, 3, 3}, IndexRouting{1, 0x8000'0000}}) {
    EXPECT_EQ(ShardOf(index, "a", "b"), std::nullopt)
        << index.shards << " " << index.routing_shards << " " << index.partition_size;
  }
}

TEST(ShardOf, KeepsEachDocumentNearItsPlaceWhenAnIndexIsSplit) {
  const IndexRouting before{3, 768};
  const IndexRouting after = Resized(before, 12, VersionId::Elasticsearch(7, 10, 2));
  for (int i = 0; i < 1000; ++i) {
    const std::string id = std::to_string(i);
    ASSERT_EQ(ShardOf(after, id, "").value() / 4, ShardOf(before, id, "").value());
  }
}

TEST(DefaultRoutingShards, LeaveRoomForSplitsSinceVersion7) {
  const VersionId seven = VersionId::Elasticsearch(7, 0, 0);
  EXPECT_EQ(DefaultRoutingShards(1, seven), 1024U);
  EXPECT_EQ(DefaultRoutingShards(2, seven), 1024U);
  EXPECT_EQ(DefaultRoutingShards(3, seven), 768U);
  EXPECT_EQ(DefaultRoutingShards(5, VersionId::OpenSearch(2, 19, 1)), 640U);
  EXPECT_EQ(DefaultRoutingShards(512, seven), 1024U);
  EXPECT_EQ(DefaultRoutingShards(513, seven), 1026U);
  EXPECT_EQ(DefaultRoutingShards(1024, seven), 2048U);
}

TEST(DefaultRoutingShards, AreTheShardsInVersion6) {
  EXPECT_EQ(DefaultRoutingShards(5, VersionId::Elasticsearch(6, 8, 23)), 5U);
}

TEST(Resized, OnlyASingleShardGetsNewRoutingShards) {
  const VersionId seven = VersionId::Elasticsearch(7, 10, 2);
  EXPECT_EQ(Resized({6, 768, 2}, 3, seven), (IndexRouting{3, 768, 2}));
  EXPECT_EQ(Resized({1, 1024}, 5, seven), (IndexRouting{5, 640}));
  EXPECT_EQ(Resized({1, 1024}, 5, seven, 10), (IndexRouting{5, 10}));
}

std::vector<PlacedDocument> Placed(const IndexRouting& index, int count) {
  std::vector<PlacedDocument> documents;
  for (int i = 0; i < count; ++i) {
    const std::string id = std::to_string(i);
    documents.push_back({id, "r" + id, ShardOf(index, id, "r" + id).value()});
  }
  return documents;
}

TEST(FittingRouting, FindsWhatVersion6DoesNotSay) {
  for (const IndexRouting& index :
       {IndexRouting{4, 24}, IndexRouting{5, 5}, IndexRouting{3, 768, 2}}) {
    EXPECT_EQ(FittingRouting(index.shards, index.partition_size, Placed(index, 300)), index);
  }
}

TEST(FittingRouting, SaysNothingWhereSeveralNumbersFit) {
  EXPECT_EQ(FittingRouting(4, 1, Placed({4, 24}, 2)), std::nullopt);
}

TEST(FittingRouting, SaysNothingWhereNoneFits) {
  std::vector<PlacedDocument> documents = Placed({4, 24}, 300);
  documents.push_back({"0", "r0", (documents[0].shard + 1) % 4});
  EXPECT_EQ(FittingRouting(4, 1, documents), std::nullopt);
}

TEST(VersionId, IsWhatIndicesAreMarkedWith) {
  EXPECT_EQ(VersionId::Elasticsearch(7, 10, 2).value, 7'100'299U);
  EXPECT_EQ(VersionId::OpenSearch(2, 19, 1).value, 136'407'927U);
}

}  // namespace
}  // namespace trafrec::reconcile
