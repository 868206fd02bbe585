#include "store/db/many_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trafrec::store::db {
namespace {

using testing::HasSubstr;

class ManyRowsTest : public testing::Test {
 protected:
  void SetUp() override {
    auto database = Database::OpenInMemory();
    ASSERT_TRUE(database) << database.error().what;
    database_.emplace(*std::move(database));
    ASSERT_TRUE(
        database_->Execute("CREATE TABLE t(id INTEGER PRIMARY KEY, value, more DEFAULT 1)"));
  }

  Status PutIds(ManyRows<2>& rows, size_t count) {
    std::vector<int64_t> ids(count);
    std::iota(ids.begin(), ids.end(), 1);
    return rows.Put(std::span<const int64_t>(ids), [](RowValues& values, int64_t id) {
      values.Bind(0, id).Bind(1, 10 * id);
      return Status();
    });
  }

  int64_t Int(std::string_view sql) { return database_->QueryInt(sql)->value_or(-1); }
  std::string Text(std::string_view sql) { return *database_->QueryText(sql); }

  std::optional<Database> database_;
};

TEST_F(ManyRowsTest, EachKindOfValueArrivesAsItWasBound) {
  ManyRows<2> rows;
  ASSERT_TRUE(rows.Prepare(*database_, "INSERT INTO t(id, value)"));
  const std::vector<int64_t> ids{1, 2, 3, 4, 5};
  ASSERT_TRUE(rows.Put(std::span<const int64_t>(ids), [](RowValues& values, int64_t id) {
    values.Bind(0, id);
    switch (id) {
      case 1:
        values.Bind(1, std::numeric_limits<uint64_t>::max());
        break;
      case 2:
        values.Bind(1, std::string_view("text"));
        break;
      case 3:
        values.Bind(1, AsBytes("bytes"));
        break;
      case 4:
        values.Bind(1, std::optional<int>());
        break;
      default:
        values.Bind(1, std::string_view());
    }
    return Status();
  }));
  EXPECT_EQ(Text("SELECT group_concat(typeof(value) || ' ' || quote(value), ', ') FROM t"),
            "integer -1, text 'text', blob X'6279746573', null NULL, text ''");
}

TEST_F(ManyRowsTest, RowsBeyondOneStatementArriveOnceEach) {
  ManyRows<2> rows;
  ASSERT_TRUE(rows.Prepare(*database_, "INSERT INTO t(id, value)"));
  constexpr size_t kCount = 2 * ManyRows<2>::kRowsAtOnce + 1;
  ASSERT_TRUE(PutIds(rows, kCount));
  EXPECT_EQ(Int("SELECT count(*) FROM t WHERE value = 10 * id"), static_cast<int64_t>(kCount));
}

TEST_F(ManyRowsTest, AConflictIsJudgedByItsClause) {
  ManyRows<2> rows;
  ASSERT_TRUE(rows.Prepare(*database_, "INSERT INTO t(id, value)",
                           "ON CONFLICT DO UPDATE SET more = more + 1"));
  ASSERT_TRUE(PutIds(rows, 3));
  ASSERT_TRUE(PutIds(rows, 2));
  EXPECT_EQ(Text("SELECT group_concat(more) FROM t"), "2,2,1");
}

TEST_F(ManyRowsTest, AKeyThatIsThereAlreadyIsAnErrorWithoutAClause) {
  ManyRows<2> rows;
  ASSERT_TRUE(rows.Prepare(*database_, "INSERT INTO t(id, value)"));
  ASSERT_TRUE(PutIds(rows, 1));
  const Status again = PutIds(rows, 1);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().what, HasSubstr("UNIQUE constraint failed: t.id"));
}

TEST_F(ManyRowsTest, NothingOfItStandsInTheSchema) {
  ManyRows<2> rows;
  ASSERT_TRUE(rows.Prepare(*database_, "INSERT INTO t(id, value)"));
  ASSERT_TRUE(PutIds(rows, 1));
  EXPECT_EQ(Text("SELECT group_concat(name) FROM sqlite_schema"), "t");
}

TEST_F(ManyRowsTest, TwoOfOneConnectionKeepTheirRowsApart) {
  ManyRows<2> rows;
  ManyRows<2> others;
  ASSERT_TRUE(rows.Prepare(*database_, "INSERT INTO t(id, value)"));
  ASSERT_TRUE(others.Prepare(*database_, "INSERT OR REPLACE INTO t(id, value)"));
  ASSERT_TRUE(PutIds(rows, 3));
  ASSERT_TRUE(PutIds(others, 1));
  EXPECT_EQ(Int("SELECT count(*) FROM t"), 3);
}

}  // namespace
}  // namespace trafrec::store::db
