// Counts and groups in parts: which statements are taken apart, and that the answers are SQLite's.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "store/sql/log_sql.h"
#include "store/sql/split_aggregate.h"
#include "store/sql/sql_tokens.h"
#include "tests/store/log_fixture.h"
#include "tests/store/sql_answer.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;

TEST(SqlTokens, CommentsAndBlanksAreNone) {
  std::vector<std::string> texts;
  const auto tokens = SqlTokensOf("SELECT/*x*/a.b>=-1.5e-3||'it''s' -- end\n,x'00'");
  ASSERT_TRUE(tokens);
  for (const SqlToken& token : *tokens) {
    texts.emplace_back(token.text);
  }
  EXPECT_THAT(texts, ElementsAre("SELECT", "a", ".", "b", ">=", "-", "1.5e-3", "||", "'it''s'", ",",
                                 "x'00'"));
}

TEST(SqlTokens, WhatIsNotPlainIsRefused) {
  for (const char* sql : {"a \"b\"", "a ?", "a :b", "a [b]", "a `b`", "'open", "ä", "a\xc3\xa4"}) {
    EXPECT_FALSE(SqlTokensOf(sql)) << sql;
  }
}

class StatementThatIsSplit : public testing::TestWithParam<const char*> {};
class StatementForSqlite : public testing::TestWithParam<const char*> {};

constexpr const char* kSplit[] = {
    "SELECT count(*) FROM exchanges",
    "select COUNT ( * ) from Exchanges ;",
    "SELECT status, count(*) AS answers FROM exchanges GROUP BY 1 ORDER BY answers DESC, 1 LIMIT 2",
    "SELECT method, status/100, sum(latency_ns), max(latency_ns) FROM exchanges WHERE status<300 "
    "GROUP BY method, status/100 ORDER BY 1, 2",
    "SELECT status, round(100.0*sum(latency_ns>1000)/count(*), 1) FROM exchanges GROUP BY status "
    "ORDER BY status",
    "SELECT CASE WHEN status>=201 THEN 'made' ELSE 'else' END AS kind, count(*), avg(latency_ns), "
    "total(status) FROM exchanges GROUP BY kind",
    "SELECT sum(status), min(target), max(client), count(latency_ns) FROM exchanges",
    "SELECT target FROM exchanges WHERE target REGEXP '[02468]$' GROUP BY target ORDER BY 1",
    "SELECT count(*) FROM exchanges WHERE status='201'",
    "SELECT max(status), count(*) FROM exchanges WHERE status=999",
    "SELECT status, count(*) FROM exchanges WHERE status=999 GROUP BY status",
    "SELECT (status+1)*2, count(*) FROM exchanges GROUP BY status+1 ORDER BY 1",
    "SELECT count(*)-1, cast(avg(status) AS INTEGER) FROM exchanges LIMIT 1",
    "SELECT flags, connection, count(*) FROM exchanges GROUP BY flags, connection ORDER BY 1, 2",
};
constexpr const char* kForSqlite[] = {
    "SELECT status FROM exchanges",
    "SELECT status, count(*) FROM exchanges",
    "SELECT count(DISTINCT status) FROM exchanges",
    "SELECT count(*) FROM exchanges WHERE time_ns>5",
    "SELECT count(*) FROM exchanges, gaps",
    "SELECT count(*) FROM gaps",
    "SELECT count(*) FROM exchanges e",
    "SELECT count(*) FROM (SELECT 1 FROM exchanges)",
    "SELECT status, count(*) FROM exchanges GROUP BY status HAVING count(*)>1",
    "SELECT count(*) FROM exchanges UNION SELECT 1",
    "SELECT group_concat(method) FROM exchanges",
    "SELECT max(status, flags) FROM exchanges",
    "SELECT sum(status) OVER () FROM exchanges",
    "SELECT status*2, count(*) FROM exchanges GROUP BY status*2+1",
    "SELECT 2*status+1, count(*) FROM exchanges GROUP BY status+1",
    "SELECT method AS status, count(*) FROM exchanges GROUP BY status",
    "EXPLAIN SELECT count(*) FROM exchanges",
};

TEST_P(StatementThatIsSplit, IsTakenApart) { EXPECT_TRUE(SplitAggregateOf(GetParam())); }
TEST_P(StatementForSqlite, IsLeftToIt) { EXPECT_FALSE(SplitAggregateOf(GetParam())); }

INSTANTIATE_TEST_SUITE_P(SplitAggregate, StatementThatIsSplit, testing::ValuesIn(kSplit));
INSTANTIATE_TEST_SUITE_P(SplitAggregate, StatementForSqlite, testing::ValuesIn(kForSqlite));

/// Three sealed segments, one that is still written, and exchanges that lie in two of them.
class SqlParts : public testing::Test {
 protected:
  SqlParts() {
    LogWriterOptions options = Live(folder_ / "log");
    options.segment_bytes_max = 1;
    writer_ = LogWriter::Open(options).value();
    PutExchanges(*writer_, 1, 10);
    PutOpen(11);
    writer_->Drain();
    PutExchanges(*writer_, 12, 20);
    writer_->Drain();
    Complete(11);
    PutOpen(21);
    writer_->Drain();
    PutExchanges(*writer_, 22, 30);
    writer_->Drain();
  }

  void PutOpen(ExchangeNumber n) {
    const std::string head = RequestHead(n);
    writer_->PutMessage(Message(MessageIdOf(n, Side::kClient), AsBytes(head), {}));
    ExchangeRecord exchange = Exchange(n);
    exchange.has_response = false;
    exchange.status = 0;
    exchange.flags = FlagBit(Flag::kOpen) | FlagBit(Flag::kResponseMissing);
    writer_->PutExchange(exchange);
    writer_->Advance({n + 1, TimeOf(n), TimeOf(0)}, TimeOf(n));
  }
  void Complete(ExchangeNumber n) {
    writer_->PutMessage(
        Message(MessageIdOf(n, Side::kServer), AsBytes("HTTP/1.1 201 Created\r\n\r\n"), {}));
    writer_->PutExchange(Exchange(n));
  }

  /// The answer of SQLite, which knows all rows.
  static std::string ForSqlite(const std::string& sql) {
    return "WITH exchanges AS MATERIALIZED (SELECT * FROM main.exchanges) " + sql;
  }

  const TemporaryFolder folder_;
  std::unique_ptr<LogWriter> writer_;
};

TEST_F(SqlParts, AnswersAreThoseOfSqlite) {
  const auto sql = LogSql::Open({.folders = {folder_ / "log"}}).value();
  for (const char* statement : kSplit) {
    EXPECT_EQ(SqlAnswer(*sql, statement), SqlAnswer(*sql, ForSqlite(statement))) << statement;
  }
  EXPECT_THAT(SqlAnswer(*sql, "SELECT count(*) FROM exchanges"), ElementsAre("30"));
  EXPECT_THAT(SqlAnswer(*sql, "SELECT count(*) FROM exchanges WHERE status IS NULL"),
              ElementsAre("1"));
}

TEST_F(SqlParts, SegmentsAtWorkAndRowsInTwoOfThemDoNotSendThemBackToSqlite) {
  auto session = db::QuerySession::Open(false).value();
  const auto tables =
      LogTables::Open(session.database(), session.context(), {.folders = {folder_ / "log"}})
          .value();
  class : public db::RowSink {
   public:
    void Columns(const std::vector<std::string>&) override {}
    bool Row(const std::vector<db::SqlValue>& values) override {
      count = std::get<int64_t>(values.front());
      return true;
    }
    int64_t count = 0;
  } sink;
  const Result<bool> answered = store::SqlParts(tables->source(), session.database())
                                    .Answer("SELECT count(*) FROM exchanges WHERE status=201",
                                            {"n"}, sink, [] { return false; });
  ASSERT_TRUE(answered) << answered.error().what;
  EXPECT_TRUE(*answered);
  EXPECT_EQ(sink.count, 29);
}

TEST_F(SqlParts, WhatTheyDoNotKnowSqliteSays) {
  const auto sql = LogSql::Open({.folders = {folder_ / "log"}}).value();
  class : public db::RowSink {
    void Columns(const std::vector<std::string>&) override {}
    bool Row(const std::vector<db::SqlValue>&) override { return true; }
  } ignored;
  const Status run =
      sql->Run("SELECT sum(9223372036854775807) FROM exchanges", ignored, [] { return false; });
  ASSERT_FALSE(run);
  EXPECT_THAT(run.error().what, testing::HasSubstr("integer overflow"));
  const Status hidden = sql->Run("SELECT count(*) FROM exchanges WHERE trafrec_special", ignored,
                                 [] { return false; });
  ASSERT_FALSE(hidden);
  EXPECT_THAT(hidden.error().what, testing::HasSubstr("no such column"));
}

TEST_F(SqlParts, ColumnsHaveTheNamesOfSqlite) {
  const auto sql = LogSql::Open({.folders = {folder_ / "log"}}).value();
  class : public db::RowSink {
   public:
    void Columns(const std::vector<std::string>& given) override { names = given; }
    bool Row(const std::vector<db::SqlValue>&) override { return true; }
    std::vector<std::string> names;
  } sink;
  ASSERT_TRUE(sql->Run("SELECT STATUS, count( * ), sum(status) AS Sum FROM exchanges GROUP BY 1",
                       sink, [] { return false; }));
  EXPECT_THAT(sink.names, ElementsAre("status", "count( * )", "Sum"));
}

}  // namespace
}  // namespace trafrec::store
