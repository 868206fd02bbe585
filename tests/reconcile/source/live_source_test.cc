#include "reconcile/source/live_source.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reconcile/source/fake_source.h"

namespace trafrec::reconcile {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

LiveSource Opened(FakeSource& source) {
  return LiveSource::Open(source.target(), "U1", source.pace()).value();
}

std::string Missing(int count) {
  std::string docs;
  for (int i = 0; i < count; ++i) {
    docs += fmt::format(R"({}{{"found":false}})", i == 0 ? "" : ",");
  }
  return R"({"docs":[)" + docs + "]}";
}

std::string Page(int first, int count) {
  std::string hits;
  for (int i = first; i < first + count; ++i) {
    hits += fmt::format(R"({}{{"_id":"{}","_version":1,"_seq_no":{},"_primary_term":1}})",
                        i == first ? "" : ",", i, i);
  }
  return R"({"timed_out":false,"_shards":{"successful":1,"failed":0},"hits":{"hits":[)" + hits +
         "]}}";
}

TEST(LiveSource, AnotherClusterIsRefused) {
  FakeSource source({FakeSource::kIdentity});
  const auto opened = LiveSource::Open(source.target(), "U2", source.pace());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().what, HasSubstr("is another cluster: its UUID is U1"));
}

TEST(LiveSource, KnowsItsVersion) {
  FakeSource source({FakeSource::kIdentity});
  EXPECT_EQ(Opened(source).version()->value, 7'100'299U);
}

TEST(LiveSource, AsksForDocumentsInRequestsOf500) {
  FakeSource source({FakeSource::kIdentity, Missing(500), Missing(1)});
  LiveSource live = Opened(source);
  const auto states = live.Documents(std::vector<DocumentQuestion>(501, {"a", "x"}));
  ASSERT_TRUE(states) << states.error().what;
  EXPECT_THAT(*states, SizeIs(501));
  EXPECT_EQ(live.requests(), 3U);
}

TEST(LiveSource, NamesDocumentsAsJson) {
  FakeSource source({FakeSource::kIdentity, Missing(2)});
  ASSERT_TRUE(
      Opened(source).Documents(std::vector<DocumentQuestion>{{"a", "x\"y\n", "r"}, {"b", "é"}}));
  EXPECT_EQ(source.requests().back(),
            R"(POST /_mget {"docs":[{"_index":"a","_id":"x\"y\n","routing":"r"},)"
            R"({"_index":"b","_id":"é"}]})");
}

TEST(LiveSource, AsksForHalvesOfWhatIsTooLarge) {
  const std::string large(size_t{65} << 20, ' ');
  FakeSource source({FakeSource::kIdentity, large, Missing(1), Missing(2)});
  LiveSource live = Opened(source);
  const auto states = live.Documents(std::vector<DocumentQuestion>(3, {"a", "x"}));
  ASSERT_TRUE(states) << states.error().what;
  EXPECT_THAT(*states, SizeIs(3));
}

TEST(LiveSource, TurnsThePagesOfNumbers) {
  FakeSource source({FakeSource::kIdentity, Page(0, 1000), Page(1000, 3)});
  LiveSource live = Opened(source);
  const auto found = live.DocumentsByNumber("a", 2, std::vector<SeqNoRange>{{0, 2000}});
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_THAT(*found, SizeIs(1003));
  EXPECT_THAT(source.requests()[1], HasSubstr("POST /a/_search?preference=_shards:2 "));
  EXPECT_THAT(source.requests()[1], HasSubstr(R"("_seq_no":{"gte":0,"lte":2000})"));
  EXPECT_THAT(source.requests()[2], HasSubstr(R"("search_after":[999])"));
}

TEST(LiveSource, AsksForRangesOf500InOneRequest) {
  FakeSource source({FakeSource::kIdentity, Page(0, 0), Page(0, 0)});
  LiveSource live = Opened(source);
  const auto found = live.DocumentsByNumber("a", 0, std::vector<SeqNoRange>(501));
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_EQ(live.requests(), 3U);
}

TEST(LiveSource, AnIndexThatIsNotThereIsLeftOut) {
  FakeSource source({FakeSource::kIdentity, "{}"});
  const auto found = Opened(source).Indices(std::vector<std::string>{"a"});
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_THAT(*found, SizeIs(0));
  EXPECT_THAT(source.requests().back(), HasSubstr("ignore_unavailable=true"));
}

TEST(LiveSource, AnAnswerThatIsNoClusterStateDoesNotSayThatAnIndexIsGone) {
  FakeSource source({FakeSource::kIdentity, "<html>"});
  EXPECT_FALSE(Opened(source).Indices(std::vector<std::string>{"a"}));
}

TEST(LiveSource, EncodesNamesInPaths) {
  FakeSource source({FakeSource::kIdentity, "{}"});
  EXPECT_TRUE(Opened(source).Refresh("é%"));
  EXPECT_EQ(source.requests().back(), "POST /%C3%A9%25/_refresh");
}

TEST(LiveSource, LearnsTheRoutingThatIsNotSaid) {
  const IndexRouting index{2, 12};
  std::vector<std::string> hits(2);
  for (int i = 0; i < 300; ++i) {
    const std::string id = std::to_string(i);
    std::string& shard = hits[ShardOf(index, id, "").value()];
    shard += fmt::format(R"({}{{"_id":"{}","_version":1,"_seq_no":0,"_primary_term":1}})",
                         shard.empty() ? "" : ",", id);
  }
  const std::string begin =
      R"({"timed_out":false,"_shards":{"successful":1,"failed":0},"hits":{"hits":[)";
  FakeSource source({FakeSource::kIdentity, begin + hits[0] + "]}}", begin + hits[1] + "]}}"});
  IndexSettings settings{.name = "a", .shards = 2};
  settings.created = VersionId::Elasticsearch(6, 8, 9);
  const auto routing = Opened(source).RoutingOfIndex(settings);
  ASSERT_TRUE(routing) << routing.error().what;
  EXPECT_EQ(*routing, index);
}

TEST(LiveSource, BelievesTheRoutingThatIsSaid) {
  FakeSource source({FakeSource::kIdentity});
  const auto routing =
      Opened(source).RoutingOfIndex({.name = "a", .shards = 2, .routing_shards = 12});
  EXPECT_EQ(routing.value(), (IndexRouting{2, 12}));
  EXPECT_THAT(source.requests(), SizeIs(1));
}

}  // namespace
}  // namespace trafrec::reconcile
