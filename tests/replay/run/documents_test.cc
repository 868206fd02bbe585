#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/replay/run/fake_search.h"
#include "tests/replay/run/run_fixture.h"

namespace trafrec::replay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Recorded Deleted(const std::string& id, int64_t began_ms, int64_t answered_ms, int64_t seq_no) {
  return {"DELETE",
          "/i/_doc/" + id,
          "",
          began_ms,
          answered_ms,
          200,
          R"({"_index":"i","_id":")" + id + R"(","result":"deleted","_version":2,"_seq_no":)" +
              std::to_string(seq_no) + R"(,"_primary_term":1})"};
}

std::vector<Recorded> ThreeMadeOneDeleted() {
  return {Created("a", 0, 1, 0), Created("b", 2, 3, 1), Created("c", 4, 5, 2),
          Deleted("b", 6, 7, 3)};
}

/// Writes a document at the target beside the run.
void Put(const FakeSearch& target, const std::string& id) {
  SmallRun other(target.url(), {Created(id, 0, 1, 0)});
  ASSERT_TRUE(other.Send());
}

TEST(Documents, WhatWasMadeAndTakenAwayIsThere) {
  FakeSearch target;
  Put(target, "before");
  SmallRun run(target.url(), ThreeMadeOneDeleted());
  run.count_documents = true;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.documents.indices, 1U);
  EXPECT_EQ(run.documents.documents, 3);
  EXPECT_THAT(run.documents.differences, IsEmpty());
  EXPECT_THAT(run.documents.unknown, IsEmpty());
}

TEST(Documents, WhatTheTargetHeldBeforeIsSaidOfARunThatMadeNothing) {
  FakeSearch target;
  Put(target, "a");
  SmallRun run(target.url(), {Updated("a", 0, 1, 1)});
  run.count_documents = true;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.documents.indices, 0U);
  EXPECT_EQ(run.documents.before, 1);
}

TEST(Documents, OneThatSomebodyElseMadeIsADifference) {
  FakeSearch target;
  SmallRun run(target.url(), ThreeMadeOneDeleted());
  run.count_documents = true;
  ASSERT_TRUE(run.Send(false, [&](Engine&) { Put(target, "other"); }));
  EXPECT_THAT(run.documents.differences,
              ElementsAre(census::Difference{.target = "default",
                                             .index = "i",
                                             .expected = 2,
                                             .found = 3,
                                             .known = {.since = {.created = 3, .deleted = 1}}}));
}

TEST(Documents, WhatAnEarlierLifeOfTheRunDidCounts) {
  FakeSearch target;
  SmallRun run(target.url(), ThreeMadeOneDeleted());
  run.count_documents = true;
  ASSERT_TRUE(run.Send());
  ASSERT_TRUE(run.Send(true));
  EXPECT_EQ(run.documents.documents, 2);
  EXPECT_THAT(run.documents.differences, IsEmpty());
}

TEST(Documents, AWriteThatIsFoundByLookingAtItsDocumentCounts) {
  std::atomic<bool> lost = false;
  FakeSearch target({}, [&](const std::string& request) {
    return request.starts_with("PUT") && !lost.exchange(true);
  });
  SmallRun run(target.url(), {Created("a", 0, 1, 0)});
  run.count_documents = true;
  ASSERT_TRUE(run.Send());
  ASSERT_EQ(run.progress.counts.by_reading, 1U);
  EXPECT_EQ(run.documents.documents, 1);
  EXPECT_THAT(run.documents.differences, IsEmpty());
}

TEST(Documents, OfATargetThatForbidsItThatIsSaid) {
  FakeSearch target([](const std::string& request) -> std::optional<std::string> {
    return request.starts_with("POST /_search") ? std::optional(JsonAnswer(403, "{}"))
                                                : std::nullopt;
  });
  SmallRun run(target.url(), ThreeMadeOneDeleted());
  run.count_documents = true;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.documents.indices, 0U);
  EXPECT_THAT(run.documents.unknown, ElementsAre(Pair("default", HasSubstr("403"))));
}

TEST(Documents, AByQueryOperationSaysHowManyItDeleted) {
  FakeSearch target([](const std::string& request) -> std::optional<std::string> {
    return request.find("_delete_by_query") != std::string::npos
               ? std::optional(JsonAnswer(200, R"({"total":2,"deleted":2,"failures":[]})"))
               : std::nullopt;
  });
  SmallRun run(target.url(), {{"POST", "/i/_delete_by_query", R"({"query":{"match_all":{}}})", 0, 1,
                               200, R"({"total":2,"deleted":2,"failures":[]})"},
                              Created("a", 2, 3, 0),
                              Created("b", 4, 5, 1),
                              Created("c", 6, 7, 2)});
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.Memory()->IndexCounts().value().at({"default", "i"}).since,
            (ledger::IndexChange{.created = 3, .deleted = 2}));
}

}  // namespace
}  // namespace trafrec::replay
