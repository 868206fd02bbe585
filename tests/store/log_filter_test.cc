#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/store/reader_fixture.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Four exchanges: a PUT with 201, a GET with 404, a POST without an answer, a GET with 500.
class LogFilter : public testing::Test {
 protected:
  LogFilter() {
    auto writer = LogWriter::Open(Finite(folder_ / "log")).value();
    writer->PutConnection(Connection(1));
    Put(*writer, 1, "PUT", 201);
    Put(*writer, 2, "GET", 404);
    Put(*writer, 3, "POST", 0);
    Put(*writer, 4, "GET", 500);
    EXPECT_TRUE(writer->Close(TimeOf(5)));
    reader_ = OpenReader(folder_ / "log");
  }

  static void Put(LogWriter& writer, ExchangeNumber n, const char* method, uint16_t status) {
    ExchangeRecord exchange = Exchange(n);
    exchange.method = method;
    exchange.status = status;
    exchange.has_request = exchange.has_response = false;
    exchange.flags = status == 0 ? FlagBit(Flag::kResponseMissing) : Flags{0};
    writer.PutExchange(exchange);
  }

  TemporaryFolder folder_;
  std::unique_ptr<LogReader> reader_;
};

TEST_F(LogFilter, Methods) {
  EXPECT_THAT(Numbers(*reader_, {.methods = {"GET", "PUT"}}), ElementsAre(1, 2, 4));
  EXPECT_THAT(Numbers(*reader_, {.methods = {"get"}}), IsEmpty());
}

TEST_F(LogFilter, StatusesAreNumbersClassesOrNone) {
  EXPECT_THAT(Numbers(*reader_, {.statuses = {"404"}}), ElementsAre(2));
  EXPECT_THAT(Numbers(*reader_, {.statuses = {"4xx", "5xx"}}), ElementsAre(2, 4));
  EXPECT_THAT(Numbers(*reader_, {.statuses = {"none"}}), ElementsAre(3));
  const Status visited =
      reader_->Visit({.statuses = {"4yx"}}, [](const ExchangeRow&) { return true; });
  EXPECT_EQ(visited.error().code, ErrorCode::kUsage);
}

TEST_F(LogFilter, TargetIsSearchedByARegularExpression) {
  EXPECT_THAT(Numbers(*reader_, {.target_regex = "doc/[23]$"}), ElementsAre(2, 3));
  const Status visited =
      reader_->Visit({.target_regex = "doc/("}, [](const ExchangeRow&) { return true; });
  EXPECT_THAT(visited.error().what, HasSubstr("'doc/(' is no regular expression: missing )"));
}

TEST_F(LogFilter, TimesAreFromAndBefore) {
  EXPECT_THAT(Numbers(*reader_, {.since = TimeOf(2), .until = TimeOf(4)}), ElementsAre(2, 3));
}

TEST_F(LogFilter, Flags) {
  EXPECT_THAT(Numbers(*reader_, {.flags_any = FlagBit(Flag::kResponseMissing)}), ElementsAre(3));
  EXPECT_THAT(Numbers(*reader_, {.complete_only = true}), ElementsAre(1, 2, 4));
  EXPECT_THAT(Numbers(*reader_, {.incomplete_only = true}), ElementsAre(3));
}

TEST_F(LogFilter, WhereUsesTheViewsColumns) {
  EXPECT_THAT(Numbers(*reader_, {.where = "status >= 400 AND target LIKE '%2'"}), ElementsAre(2));
  EXPECT_THAT(Numbers(*reader_, {.where = "client = '10.0.0.1:40001' -- all"}),
              ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Numbers(*reader_, {.where = "target REGEXP '/[14]$'"}), ElementsAre(1, 4));
}

TEST_F(LogFilter, ConditionsAreJoined) {
  EXPECT_THAT(Numbers(*reader_, {.methods = {"GET"}, .where = "status=404 OR status=201"}),
              ElementsAre(2));
}

TEST_F(LogFilter, WhereThatWritesIsRefusedByTheAuthoriser) {
  for (const char* sql : {"1; DELETE FROM exchange", "1; ATTACH 'x' AS y", "1; DROP TABLE exchange",
                          "1; PRAGMA writable_schema=1", "load_extension('x')",
                          "n IN (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x FROM c) "
                          "SELECT x FROM c)"}) {
    EXPECT_THAT(RefusalOf(*reader_, sql), HasSubstr("authoriser refused")) << sql;
  }
  EXPECT_THAT(Numbers(*reader_), ElementsAre(1, 2, 3, 4));
}

TEST_F(LogFilter, SqlErrorsAreShownWithTheStatement) {
  EXPECT_THAT(RefusalOf(*reader_, "statsu = 1"),
              testing::AllOf(HasSubstr("no such column: statsu"), HasSubstr("WHERE statsu = 1")));
  EXPECT_THAT(RefusalOf(*reader_, "status ="), HasSubstr("incomplete input"));
  EXPECT_THAT(RefusalOf(*reader_, "status = 1)"), HasSubstr("syntax error"));
  EXPECT_THAT(RefusalOf(*reader_, "json_extract('{', '$.a') = 1"), HasSubstr("malformed JSON"));
  EXPECT_THAT(RefusalOf(*reader_, "target REGEXP '('"), HasSubstr("missing )"));
}

TEST_F(LogFilter, WhereSeesNothingOfTheQueryAroundIt) {
  EXPECT_THAT(RefusalOf(*reader_, "frame = 1"), HasSubstr("no such column: frame"));
  EXPECT_NE(RefusalOf(*reader_, "1) OR (1"), "");
}

}  // namespace
}  // namespace trafrec::store
