#include "store/reader/log_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <numeric>

#include "store/reader/exchange_id.h"
#include "store/reader_limits.h"
#include "tests/store/reader_fixture.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<ExchangeNumber> UpTo(ExchangeNumber count) {
  std::vector<ExchangeNumber> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 1);
  return numbers;
}

/// Segments of about ten exchanges each.
LogWriterOptions ManySegments(const std::filesystem::path& log) {
  LogWriterOptions options = Finite(log);
  options.segment_bytes_max = 1;
  return options;
}

/// Each exchange ends its frame and segment.
void PutInOwnSegment(LogWriter& writer, ExchangeNumber n) {
  PutExchanges(writer, n, n);
  writer.Drain();
}

TEST(LogReader, RefusesWhatIsNoLog) {
  const TemporaryFolder folder;
  EXPECT_EQ(LogReader::Open(folder / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(LogReader::Open(folder.path()).error().code, ErrorCode::kUsage);
}

TEST(LogReader, RefusesANewerSegmentByName) {
  const TemporaryFolder folder;
  MakeLog(Finite(folder / "log"), 1);
  Spoil(FirstSegment(folder / "log"), "PRAGMA user_version=2");
  const auto reader = OpenReader(folder / "log");
  const Status visited = reader->Visit({}, [](const ExchangeRow&) { return true; });
  ASSERT_FALSE(visited);
  EXPECT_EQ(visited.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(visited.error().what, HasSubstr("000001.sqlite has segment version 2"));
}

TEST(LogReader, IgnoresColumnsThatItDoesNotKnow) {
  const TemporaryFolder folder;
  MakeLog(Finite(folder / "log"), 2);
  Spoil(FirstSegment(folder / "log"),
        "ALTER TABLE exchange ADD COLUMN mood TEXT; ALTER TABLE message ADD COLUMN mood TEXT");
  const auto reader = OpenReader(folder / "log");
  EXPECT_THAT(Numbers(*reader), ElementsAre(1, 2));
  EXPECT_EQ(LoadNumber(*reader, 2).response->body, "ok");
}

TEST(LogReader, RowSaysWhatTheColumnsSay) {
  const TemporaryFolder folder;
  MakeLog(Finite(folder / "log"), 2, 5);
  const auto reader = OpenReader(folder / "log");
  const ExchangeRow row = Rows(*reader).at(1);
  EXPECT_EQ(FormatExchangeId(row.id), "r-0001-12");
  EXPECT_EQ(row.began_at, TimeOf(2));
  EXPECT_EQ(row.method, "PUT");
  EXPECT_EQ(row.target, "/index/_doc/2");
  EXPECT_EQ(row.host, "search:9200");
  EXPECT_EQ(row.status, 201);
  EXPECT_EQ(row.latency_ns, 1000);
  EXPECT_EQ(row.request_body_bytes, 5U);
  EXPECT_EQ(row.response_body_bytes, 2U);
  EXPECT_EQ(row.client.ToString(), "10.0.0.1:40001");
  EXPECT_EQ(row.server.ToString(), "10.0.0.2:9200");
}

TEST(LogReader, LoadGivesHeadsBodiesAndFacts) {
  const TemporaryFolder folder;
  MakeLog(Finite(folder / "log"), 3, 7);
  const auto reader = OpenReader(folder / "log");
  const StoredExchange exchange = LoadNumber(*reader, 2);
  EXPECT_EQ(exchange.request->head, RequestHead(2));
  EXPECT_EQ(exchange.request->body, BodyOf(2, 7));
  EXPECT_EQ(exchange.request->facts.first_byte_at, TimeOf(2));
  EXPECT_EQ(exchange.response->body, "ok");
  EXPECT_EQ(exchange.connection.server.port, 9200);
}

TEST(LogReader, OrderIsByTimeThoughNumbersAreNot) {
  const TemporaryFolder folder;
  auto writer = LogWriter::Open(Finite(folder / "log")).value();
  writer->PutConnection(Connection(1));
  constexpr ExchangeNumber kCount = 10'000;
  for (ExchangeNumber n = 1; n <= kCount; ++n) {
    ExchangeRecord exchange = Exchange(n);
    // Each hundred runs backwards, and one comes an age too late.
    exchange.began_at = n == kCount ? TimeOf(0) - 1 : TimeOf(n / 100 * 100 + (99 - n % 100));
    exchange.has_request = exchange.has_response = false;
    writer->PutExchange(exchange);
  }
  ASSERT_TRUE(writer->Close(TimeOf(kCount)));
  const std::vector<ExchangeRow> rows = Rows(*OpenReader(folder / "log"));
  ASSERT_EQ(rows.size(), kCount);
  EXPECT_TRUE(std::ranges::is_sorted(rows, {}, &ExchangeRow::began_at));
  EXPECT_EQ(rows.front().id.number, kCount);
}

TEST(LogReader, WhatBeganLateIsFoundAmongEarlyNumbersEachTime) {
  const TemporaryFolder folder;
  auto writer = LogWriter::Open(Finite(folder / "log")).value();
  writer->PutConnection(Connection(1));
  constexpr ExchangeNumber kCount = 3 * limits::kKeyChunkRows;
  for (ExchangeNumber n = 1; n <= kCount; ++n) {
    ExchangeRecord exchange = Exchange(n);
    exchange.began_at = n == 10 ? TimeOf(kCount + 1) : TimeOf(n);
    exchange.has_request = exchange.has_response = false;
    writer->PutExchange(exchange);
  }
  ASSERT_TRUE(writer->Close(TimeOf(kCount + 2)));
  const auto reader = OpenReader(folder / "log");
  const ExchangeFilter late{.since = TimeOf(kCount)};
  EXPECT_THAT(Numbers(*reader, late), ElementsAre(kCount, 10));
  EXPECT_THAT(Numbers(*reader, late), ElementsAre(kCount, 10));
}

TEST(LogReader, RecordersAreMergedByTime) {
  const TemporaryFolder folder;
  for (const char* recorder : {"b", "a"}) {
    LogWriterOptions options = Finite(folder / "log");
    options.recorder = recorder;
    auto writer = LogWriter::Open(options).value();
    const ExchangeNumber first = *recorder == 'a' ? 1 : 2;
    writer->PutConnection(Connection(1));
    PutExchanges(*writer, first, first);
    PutExchanges(*writer, first + 2, first + 2);
    ASSERT_TRUE(writer->Close(TimeOf(5)));
  }
  std::string order;
  for (const ExchangeRow& row : Rows(*OpenReader(folder / "log"))) {
    order += FormatExchangeId(row.id) + " ";
  }
  EXPECT_EQ(order, "a-0001-11 b-0001-12 a-0001-13 b-0001-14 ");
}

TEST(LogReader, SegmentsAreReadInOrderAndEveryIdIsFound) {
  const TemporaryFolder folder;
  auto writer = LogWriter::Open(ManySegments(folder / "log")).value();
  for (ExchangeNumber n = 1; n <= 20; ++n) {
    PutInOwnSegment(*writer, n);
  }
  ASSERT_TRUE(writer->Close(TimeOf(21)));
  const auto reader = OpenReader(folder / "log");
  EXPECT_GE(reader->Attempts().value().at(0).segments, 20U);
  EXPECT_EQ(Numbers(*reader), UpTo(20));
  for (ExchangeNumber n = 1; n <= 20; ++n) {
    EXPECT_EQ(LoadNumber(*reader, n).request->head, RequestHead(n));
  }
}

TEST(LogReader, UnfinishedJobIsInvisibleUntilItIsFinished) {
  const TemporaryFolder folder;
  auto writer = LogWriter::Open(Finite(folder / "log")).value();
  PutExchanges(*writer, 1, 2);
  writer->Drain();
  const auto reader = OpenReader(folder / "log");
  EXPECT_THAT(Numbers(*reader), IsEmpty());
  EXPECT_THAT(reader->Find("r-0001-11").error().what, HasSubstr("has not finished"));
  ASSERT_TRUE(writer->Close(TimeOf(3)));
  EXPECT_THAT(Numbers(*reader), ElementsAre(1, 2));
}

TEST(LogReader, LimitStopsTheVisit) {
  const TemporaryFolder folder;
  MakeLog(Finite(folder / "log"), 5);
  EXPECT_THAT(Numbers(*OpenReader(folder / "log"), {.limit = 2}), ElementsAre(1, 2));
}

TEST(LogReader, FindNamesTheNearestThatExists) {
  const TemporaryFolder folder;
  MakeLog(Finite(folder / "log"), 5);
  const auto reader = OpenReader(folder / "log");
  EXPECT_THAT(reader->Find("r-0001-19").error().what, HasSubstr("r-0001-11 to r-0001-15"));
  EXPECT_THAT(reader->Find("r-0007-11").error().what, HasSubstr("no attempt 0007, only 0001"));
  EXPECT_THAT(reader->Find("q-0001-11").error().what, HasSubstr("no recorder 'q', only 'r'"));
  EXPECT_EQ(reader->Find("r-0001-19").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(reader->Find("19").error().code, ErrorCode::kUsage);
}

TEST(LogReader, ExtentsOfSeveralSegmentsMakeOneBody) {
  const TemporaryFolder folder;
  auto writer = LogWriter::Open(ManySegments(folder / "log")).value();
  writer->PutConnection(Connection(1));
  const std::string one = BodyOf(1, 300'000);
  const std::string two = BodyOf(2, 300'000);
  const MessageId id = MessageIdOf(1, Side::kClient);
  writer->PutExtent(id, 0, AsBytes(one));
  PutInOwnSegment(*writer, 2);
  writer->PutExtent(id, 1, AsBytes(two));
  PutInOwnSegment(*writer, 3);
  const std::string head = RequestHead(1);
  MessageRecord request = Message(id, AsBytes(head), AsBytes("rest"));
  request.extents = 2;
  request.facts.body_bytes = request.facts.body_stored_bytes = 600'004;
  writer->PutMessage(request);
  PutInOwnSegment(*writer, 4);
  ExchangeRecord exchange = Exchange(1);
  exchange.has_response = false;
  writer->PutExchange(exchange);
  ASSERT_TRUE(writer->Close(TimeOf(5)));
  const auto reader = OpenReader(folder / "log");
  EXPECT_TRUE(LoadNumber(*reader, 1).request->body == one + two + "rest");
  EXPECT_EQ(reader->Find("r-0001-11")->request_body_bytes, 600'004U);
}

TEST(LogReader, OfAnExchangeWhoseRequestLayInASegmentThatIsGoneTheRestIsShown) {
  const TemporaryFolder folder;
  auto writer = LogWriter::Open(ManySegments(folder / "log")).value();
  PutInOwnSegment(*writer, 2);
  const std::string head = RequestHead(1);
  writer->PutMessage(Message(MessageIdOf(1, Side::kClient), AsBytes(head), AsBytes("asked")));
  PutInOwnSegment(*writer, 3);
  writer->PutConnection(Connection(1));
  writer->PutMessage(Message(MessageIdOf(1, Side::kServer), AsBytes("HTTP/1.1 201 Created\r\n\r\n"),
                             AsBytes("late")));
  writer->PutExchange(Exchange(1));
  ASSERT_TRUE(writer->Close(TimeOf(5)));
  ASSERT_TRUE(std::filesystem::remove(folder / "log" / "r" / "0001" / "000002.sqlite"));
  const StoredExchange exchange = LoadNumber(*OpenReader(folder / "log"), 1);
  EXPECT_FALSE(exchange.row.has_request);
  EXPECT_NE(exchange.row.flags & FlagBit(Flag::kBodyShed), 0U);
  EXPECT_EQ(exchange.response->body, "late");
}

TEST(LogReader, ExchangeCompletedInALaterSegmentIsShownOnceInItsPlace) {
  const TemporaryFolder folder;
  auto writer = LogWriter::Open(ManySegments(folder / "log")).value();
  writer->PutConnection(Connection(1));
  const std::string head = RequestHead(1);
  writer->PutMessage(Message(2, AsBytes(head), AsBytes("asked")));
  ExchangeRecord waiting = Exchange(1);
  waiting.has_response = false;
  waiting.status = 0;
  waiting.flags = FlagBit(Flag::kOpen) | FlagBit(Flag::kResponseMissing);
  writer->PutExchange(waiting);
  writer->Drain();
  PutInOwnSegment(*writer, 2);
  MessageFacts facts = Message(2, AsBytes(head), AsBytes("asked")).facts;
  facts.acked_bytes = 7;
  writer->PutMessageFacts(2, facts, AsBytes("X: trailer\r\n"), 0);
  writer->PutMessage(Message(3, AsBytes("HTTP/1.1 201 Created\r\n\r\n"), AsBytes("late")));
  writer->PutExchange(Exchange(1));
  ASSERT_TRUE(writer->Close(TimeOf(5)));
  const auto reader = OpenReader(folder / "log");
  const std::vector<ExchangeRow> rows = Rows(*reader);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].id.number, 1U);
  EXPECT_EQ(rows[0].status, 201);
  EXPECT_EQ(rows[0].flags, 0U);
  EXPECT_THAT(Numbers(*reader, {.statuses = {"none"}}), IsEmpty());
  EXPECT_THAT(Numbers(*reader, {.statuses = {"201"}}), ElementsAre(1, 2));
  const StoredExchange exchange = LoadNumber(*reader, 1);
  EXPECT_EQ(exchange.request->body, "asked");
  EXPECT_EQ(exchange.request->facts.acked_bytes, 7U);
  EXPECT_EQ(exchange.request->trailers, "X: trailer\r\n");
  EXPECT_EQ(exchange.response->body, "late");
  EXPECT_EQ(reader->Attempts().value().at(0).exchanges, 2U);
  EXPECT_EQ(DamagesOf(folder / "log"), "");
}

/// What Progress says, and what Attempts does of the same.
void ExpectSameProgress(LogReader& reader) {
  const std::vector<AttemptProgress> progress = reader.Progress().value();
  const std::vector<AttemptInfo> attempts = reader.Attempts().value();
  ASSERT_EQ(progress.size(), attempts.size());
  for (size_t i = 0; i < progress.size(); ++i) {
    const auto facts = [](const AttemptProgress& of) {
      return std::tuple(of.recorder, of.attempt, of.live, of.running, of.finished, of.discarded,
                        of.written.exchanges_below, of.written.requests_through,
                        of.written.answers_through, of.durable.exchanges_below);
    };
    EXPECT_EQ(facts(progress[i]), facts(attempts[i])) << i;
  }
}

TEST(LogReader, TheEndsOfALogSayOfEachAttemptWhatAllOfItSays) {
  const TemporaryFolder folder;
  LogWriterOptions options = ManySegments(folder / "log");
  options.live = true;
  auto writer = LogWriter::Open(options).value();
  const auto reader = OpenReader(folder / "log");
  for (ExchangeNumber n = 1; n <= 3; ++n) {
    PutInOwnSegment(*writer, n);
    ExpectSameProgress(*reader);
  }
  ASSERT_TRUE(writer->Close(TimeOf(4)));
  writer.reset();
  ExpectSameProgress(*reader);
  writer = LogWriter::Open(options).value();
  PutExchanges(*writer, 1, 2);
  writer->Drain();
  ExpectSameProgress(*reader);
  EXPECT_TRUE(reader->Progress()->back().running);
  EXPECT_TRUE(reader->Progress()->front().finished);
  EXPECT_EQ(reader->Progress()->front().written.exchanges_below, 4U);
}

TEST(LogReader, AttemptsSayHowTheyWent) {
  const TemporaryFolder folder;
  auto writer = LogWriter::Open(Live(folder / "log")).value();
  PutExchanges(*writer, 1, 3);
  writer->Drain();
  const auto reader = OpenReader(folder / "log");
  const AttemptInfo running = reader->Attempts().value().at(0);
  EXPECT_TRUE(running.running);
  EXPECT_FALSE(running.finished);
  EXPECT_EQ(running.exchanges, 3U);
  EXPECT_EQ(running.written.exchanges_below, 4U);
  writer->SetCounters({{"packets.received", "", 12}});
  ASSERT_TRUE(writer->Close(TimeOf(9)));
  writer.reset();
  const AttemptInfo ended = reader->Attempts().value().at(0);
  EXPECT_FALSE(ended.running);
  EXPECT_TRUE(ended.finished);
  EXPECT_EQ(ended.source, "interface lo");
  EXPECT_EQ(ended.messages, 6U);
  EXPECT_GT(ended.ended_at, ended.started_at);
  EXPECT_THAT(ended.losses, testing::SizeIs(2));
  EXPECT_THAT(ended.counters, testing::Contains(testing::Field(&Counter::value, 12)));
}

TEST(DamagedRows, ConnectionWithoutAnAddressIsShownWithout) {
  const TemporaryFolder folder;
  MakeLog(Finite(folder / "log"), 2, 10);
  Spoil(FirstSegment(folder / "log"), "UPDATE connection SET client_address=NULL");
  EXPECT_EQ(Numbers(*OpenReader(folder / "log")).size(), 2U);
}

}  // namespace
}  // namespace trafrec::store
