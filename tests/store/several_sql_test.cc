// Several recorders' logs as SQL's tables.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/store/merge_fixture.h"
#include "tests/store/sql_answer.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;

class SeveralSql : public testing::Test {
 protected:
  const TemporaryFolder folder_;
  const std::filesystem::path log_ = folder_ / "log";
};

TEST_F(SeveralSql, AnExchangeThatTwoRecordersSawIsOneRow) {
  Witness(log_, "b").SawAll(1, 2).End();
  Witness(log_, "a").SawAll(2, 3).End();
  EXPECT_THAT(SqlAnswer(log_, "SELECT id, target, sightings FROM exchanges"),
              ElementsAre("b-0001-11 /index/_doc/1 1", "a-0001-11 /index/_doc/2 2",
                          "a-0001-12 /index/_doc/3 1"));
  EXPECT_THAT(SqlAnswer(log_, "SELECT target FROM exchanges WHERE id='a-0001-11'"),
              ElementsAre("/index/_doc/2"));
  EXPECT_THAT(SqlAnswer(log_, "SELECT n FROM exchanges WHERE time_ns>=" +
                                  std::to_string(TimeOf(3)) + " AND recorder='a'"),
              ElementsAre("2"));
}

TEST_F(SeveralSql, MergedRowsCanBeJoinedWithThemselves) {
  Witness(log_, "b").SawAll(1, 30).End();
  Witness(log_, "a").SawAll(10, 40).End();
  EXPECT_THAT(SqlAnswer(log_, "SELECT count(*) FROM exchanges x JOIN exchanges y ON y.id=x.id"),
              ElementsAre("40"));
  EXPECT_THAT(SqlAnswer(log_, "SELECT count(*) FROM exchanges x, exchanges y WHERE x.n<=y.n-39"),
              ElementsAre("0"));
}

TEST_F(SeveralSql, EachRecordersGapsAreItsOwn) {
  Witness(log_, "a").Saw({.holes = {{100, 50}}}).End();
  Witness(log_, "b").Saw({.holes = {{500, 50}, {900, 100}}}).End();
  EXPECT_THAT(SqlAnswer(log_, "SELECT id, side, body_offset, length FROM gaps"),
              ElementsAre("a-0001-11 response 100 50", "b-0001-11 response 500 50",
                          "b-0001-11 response 900 100"));
}

TEST_F(SeveralSql, WhoHoldsBackTheOthersIsKnownAfterwards) {
  Witness late(log_, "a", {}, true);
  late.SawAll(1, 2).Through(TimeOf(2));
  Witness(log_, "b").SawAll(1, 9'000).End();
  const auto sql = LogSql::Open({.folders = {log_}}).value();
  EXPECT_FALSE(sql->hold());
  EXPECT_THAT(SqlAnswer(*sql, "SELECT count(*)<9000 FROM exchanges"), ElementsAre("1"));
  ASSERT_TRUE(sql->hold());
  EXPECT_EQ(sql->hold()->recorder, "a");
  late.End();
}

}  // namespace
}  // namespace trafrec::store
