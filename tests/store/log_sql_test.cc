// A log as SQL's tables: many segments, exchanges in several of them, logs that grow and shrink.

#include "store/sql/log_sql.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/writer/retention.h"
#include "tests/store/chain_fixture.h"
#include "tests/store/reader_fixture.h"
#include "tests/store/sql_answer.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Each commit ends its segment.
LogWriterOptions ManySegments(const std::filesystem::path& log) {
  LogWriterOptions options = Finite(log);
  options.segment_bytes_max = 1;
  return options;
}

TEST(LogSql, EverySegmentIsRead) {
  const TemporaryFolder folder;
  auto writer = LogWriter::Open(ManySegments(folder / "log")).value();
  for (ExchangeNumber n = 1; n <= 20; ++n) {
    PutExchanges(*writer, n, n);
    writer->Drain();
  }
  ASSERT_TRUE(writer->Close(TimeOf(21)));
  const auto sql = LogSql::Open({.folders = {folder / "log"}}).value();
  EXPECT_THAT(SqlAnswer(*sql, "SELECT count(*), sum(n), min(target), max(client) FROM exchanges"),
              ElementsAre("20 210 /index/_doc/1 10.0.0.1:40001"));
  const auto between = [&](const std::string& column, int64_t first, int64_t last) {
    return SqlAnswer(*sql, "SELECT n FROM exchanges WHERE " + column + " BETWEEN " +
                               std::to_string(first) + " AND " + std::to_string(last));
  };
  EXPECT_THAT(between("time_ns", TimeOf(7), TimeOf(8)), ElementsAre("7", "8"));
  EXPECT_THAT(between("n", 19, 100), ElementsAre("19", "20"));
  EXPECT_THAT(between("n", -5, 1), ElementsAre("1"));
  EXPECT_THAT(between("attempt", 2, 3), IsEmpty());
  EXPECT_THAT(SqlAnswer(*sql, "SELECT n FROM exchanges WHERE id='r-0001-1i'"), ElementsAre("18"));
  EXPECT_THAT(SqlAnswer(*sql, "SELECT count(*) FROM exchanges WHERE recorder='s'"),
              ElementsAre("0"));
}

TEST(LogSql, ManyRowsOfASegmentAreEachReadOnce) {
  const TemporaryFolder folder;
  MakeLog(Finite(folder / "log"), 10'000);
  EXPECT_THAT(SqlAnswer(folder / "log",
                        "SELECT count(*), count(DISTINCT n), max(n), "
                        "sum(request_bytes IS NOT NULL) FROM exchanges"),
              ElementsAre("10000 10000 10000 10000"));
}

TEST(LogSql, TheTwoWaysToARowSayTheSame) {
  const TemporaryFolder folder;
  MakeLog(Finite(folder / "log"), 30, 5);
  EXPECT_THAT(SqlAnswer(folder / "log",
                        "SELECT count(*) FROM exchanges s JOIN exchanges f ON f.id=s.id WHERE "
                        "(s.recorder, s.attempt, s.n, s.time_ns, s.time, s.method, s.target, "
                        "s.host, s.status, s.latency_ns, s.request_bytes, s.response_bytes, "
                        "s.client, s.server, s.connection, s.flags, s.sightings) = "
                        "(f.recorder, f.attempt, f.n, f.time_ns, f.time, f.method, f.target, "
                        "f.host, f.status, f.latency_ns, f.request_bytes, f.response_bytes, "
                        "f.client, f.server, f.connection, f.flags, f.sightings)"),
              ElementsAre("30"));
}

/// An exchange that is open in segment 1, and answered in segment 3.
void PutLateAnswer(const std::filesystem::path& log) {
  auto writer = LogWriter::Open(ManySegments(log)).value();
  writer->PutConnection(Connection(1));
  const std::string head = RequestHead(1);
  MessageRecord request = Message(2, AsBytes(head), AsBytes("asked"));
  request.facts.gaps = {{MessageGap::Part::kBody, 1, 1, 9, kBegin, GapCause::kTimeout}};
  writer->PutMessage(request);
  ExchangeRecord waiting = Exchange(1);
  waiting.has_response = false;
  waiting.status = 0;
  waiting.flags = FlagBit(Flag::kOpen) | FlagBit(Flag::kResponseMissing);
  writer->PutExchange(waiting);
  writer->Drain();
  PutExchanges(*writer, 2, 2);
  writer->Drain();
  request.facts.gaps = {{MessageGap::Part::kBody, 4, 100, 3, kBegin, GapCause::kClosed}};
  writer->PutMessageFacts(2, request.facts, {}, 0);
  writer->PutMessage(Message(3, AsBytes("HTTP/1.1 201 Created\r\n\r\n"), AsBytes("late")));
  writer->PutExchange(Exchange(1));
  ASSERT_TRUE(writer->Close(TimeOf(5)));
}

TEST(LogSql, AnExchangeCompletedInALaterSegmentIsOneRow) {
  const TemporaryFolder folder;
  PutLateAnswer(folder / "log");
  EXPECT_THAT(SqlAnswer(folder / "log",
                        "SELECT n, status, flags, request_bytes, response_bytes FROM exchanges"),
              ElementsAre("1 201 0 5 4", "2 201 0 0 2"));
  EXPECT_THAT(SqlAnswer(folder / "log", "SELECT n FROM exchanges WHERE status IS NULL"), IsEmpty());
}

TEST(LogSql, OnlyTheNewestGapsOfAMessageCount) {
  const TemporaryFolder folder;
  PutLateAnswer(folder / "log");
  EXPECT_THAT(
      SqlAnswer(folder / "log", "SELECT * FROM gaps"),
      ElementsAre("r 1 r-0001-11 request 0 body 4 100 3 " + std::to_string(kBegin) + " closed"));
  EXPECT_THAT(SqlAnswer(folder / "log", "SELECT length FROM exchanges JOIN gaps USING(id)"),
              ElementsAre("3"));
  EXPECT_THAT(SqlAnswer(folder / "log", "SELECT length FROM gaps WHERE id='r-0001-12'"), IsEmpty());
}

TEST(LogSql, EachStatementSeesWhatTheRecorderHasWrittenSince) {
  const TemporaryFolder folder;
  auto writer = LogWriter::Open(Live(folder / "log")).value();
  PutExchanges(*writer, 1, 3);
  writer->Drain();
  const auto sql = LogSql::Open({.folders = {folder / "log"}}).value();
  EXPECT_THAT(SqlAnswer(*sql, "SELECT count(*) FROM exchanges"), ElementsAre("3"));
  PutExchanges(*writer, 4, 5);
  writer->Drain();
  EXPECT_THAT(SqlAnswer(*sql, "SELECT count(*), max(n) FROM exchanges"), ElementsAre("5 5"));
  EXPECT_THAT(SqlAnswer(*sql, "SELECT target FROM exchanges WHERE id='r-0001-15'"),
              ElementsAre("/index/_doc/5"));
  ASSERT_TRUE(writer->Close(TimeOf(6)));
  EXPECT_THAT(SqlAnswer(*sql, "SELECT count(*) FROM exchanges"), ElementsAre("5"));
}

TEST(LogSql, LossesOfDeletedSegmentsStay) {
  const TemporaryFolder folder;
  MakeSegments(Finite(folder / "log"), 4);
  const auto sql = LogSql::Open({.folders = {folder / "log"}}).value();
  const std::string losses = "SELECT cause, deleted FROM losses ORDER BY from_ns, cause";
  EXPECT_THAT(SqlAnswer(*sql, losses), ElementsAre("start 0", "stop 0"));
  ASSERT_EQ(
      ApplyRetention(folder / "log" / "r", {.age_max_ms = 996}, kBegin + kNsPerSecond, nullptr)
          .value(),
      2U);
  EXPECT_THAT(SqlAnswer(*sql, losses), ElementsAre("start 1", "stop 0"));
  EXPECT_THAT(SqlAnswer(*sql, "SELECT count(*)<4 FROM exchanges"), ElementsAre("1"));
}

TEST(LogSql, AnErrorOfAFunctionComesAsItIs) {
  const TemporaryFolder folder;
  MakeLog(Finite(folder / "log"), 1);
  const auto sql = LogSql::Open({.folders = {folder / "log"}}).value();
  ASSERT_TRUE(sql->tables().AddFunction(
      "broken", 1, [](const StoredExchange&, auto) -> Result<db::SqlValue> {
        return Fail(ErrorCode::kCorrupt, "it is broken", "mend it");
      }));
  class : public db::RowSink {
    void Columns(const std::vector<std::string>&) override {}
    bool Row(const std::vector<db::SqlValue>&) override { return true; }
  } ignored;
  const Status run = sql->Run("SELECT broken(id) FROM exchanges", ignored, [] { return false; });
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(run.error().what, "it is broken");
  EXPECT_EQ(run.error().remedy, "mend it");
}

}  // namespace
}  // namespace trafrec::store
