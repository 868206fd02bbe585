// Where an operation stands among the writes of its document.

#include <gtest/gtest.h>

#include "replay/plan/planner.h"
#include "tests/replay/plan/growing_log.h"
#include "tests/store/log_fixture.h"

namespace trafrec::plan {
namespace {

constexpr const char* kFound =
    R"({"_index":"i","_id":"1","_version":3,"_seq_no":7,"_primary_term":1,"found":true,"_source":{}})";

/// Of the operations of one exchange.
std::vector<std::optional<order::Commit>> PlacesOf(const Seen& seen) {
  const test_support::TemporaryFolder folder;
  GrowingLog log(folder / "log");
  log.Put(seen);
  log.Close();
  const auto reader = store::LogReader::Open(folder / "log").value();
  edit::Editor editor =
      edit::Editor::Load({.to = "http://127.0.0.1:1", .search_dialect = true}).value();
  Planner planner(*reader, dialect::SearchDialect(), editor, {});
  std::vector<std::optional<order::Commit>> places;
  EXPECT_TRUE(planner.Plan({}, {}, [&](std::unique_ptr<PlannedExchange> exchange) -> Result<bool> {
    for (const PlannedOperation& operation : exchange->operations) {
      places.push_back(operation.order.commit);
    }
    return true;
  }));
  return places;
}

/// Of document 1 of index i.
Seen GetOf(const std::string& target) {
  return {.number = 1,
          .target = target,
          .body = "",
          .method = "GET",
          .status = 200,
          .answer = kFound,
          .answered_ms = 2};
}

void ExpectRead(const std::optional<order::Commit>& place, int64_t seq_no) {
  ASSERT_TRUE(place);
  EXPECT_EQ(place->what, order::Commit::What::kRead);
  EXPECT_EQ(place->seq_no, seq_no);
}

TEST(DocumentPlaces, AGetStandsAtTheWriteThatItShows) {
  const auto places = PlacesOf(GetOf("/i/_doc/1"));
  ASSERT_EQ(places.size(), 1U);
  ExpectRead(places[0], 7);
}

TEST(DocumentPlaces, EachDocumentOfAMultiGetHasItsOwn) {
  const auto places = PlacesOf(
      {.number = 1,
       .target = "/i/_mget",
       .body = R"({"ids":["1","2"]})",
       .method = "POST",
       .status = 200,
       .answer =
           std::string(R"({"docs":[)") + kFound +
           R"(,{"_index":"i","_id":"2","_version":1,"_seq_no":9,"_primary_term":1,"found":true}]})",
       .answered_ms = 2});
  ASSERT_EQ(places.size(), 2U);
  ExpectRead(places[0], 7);
  ExpectRead(places[1], 9);
}

TEST(DocumentPlaces, AGetOfTheLastRefreshHasNone) {
  const auto places = PlacesOf(GetOf("/i/_doc/1?realtime=false"));
  ASSERT_EQ(places.size(), 1U);
  EXPECT_FALSE(places[0]);
}

}  // namespace
}  // namespace trafrec::plan
