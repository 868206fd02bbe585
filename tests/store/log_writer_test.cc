#include "store/writer/log_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "store/files/log_layout.h"
#include "tests/store/log_fixture.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

std::unique_ptr<LogWriter> Opened(const LogWriterOptions& options) {
  return std::move(LogWriter::Open(options)).value();
}

/// A finite log of `count` exchanges with `body_bytes` each, in segments of about `segment_bytes`.
LogContent Recorded(const std::filesystem::path& log, ExchangeNumber count, size_t body_bytes,
                    uint64_t segment_bytes = uint64_t{1} << 30) {
  LogWriterOptions options = Finite(log);
  options.segment_bytes_max = segment_bytes;
  auto writer = Opened(options);
  PutExchanges(*writer, 1, count, body_bytes);
  EXPECT_TRUE(writer->Close(TimeOf(count)).has_value());
  return ReadLog(log);
}

TEST(LogWriter, StoresEveryExchangeWithItsMessages) {
  const TemporaryFolder folder;
  const LogContent content = Recorded(folder / "log", 1000, 10);
  EXPECT_THAT(content.exchanges, SizeIs(1000));
  EXPECT_THAT(content.bodies, SizeIs(2000));
  EXPECT_EQ(content.exchanges.at(7).target, "/index/_doc/7");
  EXPECT_EQ(content.bodies.at(MessageIdOf(7, Side::kClient)), BodyOf(7, 10));
  EXPECT_EQ(content.bodies.at(MessageIdOf(7, Side::kServer)), "ok");
  EXPECT_THAT(content.files, ElementsAre("0001/000001.sqlite"));
}

TEST(LogWriter, EmptyJobIsASealedLogWithStartAndStop) {
  const TemporaryFolder folder;
  auto writer = Opened(Finite(folder / "log"));
  ASSERT_TRUE(writer->Close(kBegin).has_value());
  const LogContent content = ReadLog(folder / "log");
  EXPECT_THAT(content.LossCauses(), ElementsAre(LossCause::kStart, LossCause::kStop));
  EXPECT_THAT(FileNames(folder / "log", 1), ElementsAre("000001.sqlite"));
}

TEST(LogWriter, StartOfAFileIsItsFirstPacketAndStopItsEnd) {
  const TemporaryFolder folder;
  const LogContent content = Recorded(folder / "log", 3, 0);
  EXPECT_EQ(content.losses.front().cause, LossCause::kStart);
  EXPECT_EQ(content.losses.front().from, kBegin);
  EXPECT_EQ(content.losses.back().cause, LossCause::kStop);
  EXPECT_EQ(content.losses.back().from, TimeOf(3));
}

TEST(LogWriter, AttemptNumbersGoOn) {
  const TemporaryFolder folder;
  Recorded(folder / "log", 1, 0);
  EXPECT_THAT(Recorded(folder / "log", 1, 0).files,
              ElementsAre("0001/000001.sqlite", "0002/000001.sqlite"));
}

TEST(LogWriter, SummaryAgreesWithTheLog) {
  const TemporaryFolder folder;
  auto writer = Opened(Finite(folder / "log"));
  PutExchanges(*writer, 1, 100);
  const LogWriterSummary summary = writer->Close(TimeOf(100)).value();
  EXPECT_EQ(summary.exchanges, 100U);
  EXPECT_EQ(summary.messages, 200U);
  EXPECT_EQ(summary.segments, 1U);
  EXPECT_EQ(summary.frames, ReadLog(folder / "log").frames.size());
  EXPECT_EQ(summary.stored_bytes,
            std::filesystem::file_size(folder.path() / "log/r/0001/000001.sqlite"));
}

TEST(LogWriter, CountersAddUpAndAreStoredWithTheCallersOwn) {
  const TemporaryFolder folder;
  auto writer = Opened(Finite(folder / "log"));
  PutExchanges(*writer, 1, 100);
  Counters counters = writer->counters();
  counters.push_back({"packets.received", "", 12});
  writer->SetCounters(counters);
  ASSERT_TRUE(writer->Close(TimeOf(100)).has_value());
  EXPECT_THAT(BrokenSums(writer->counters()), testing::IsEmpty());
  const LogContent content = ReadLog(folder / "log");
  EXPECT_EQ(content.counters.at("packets.received"), 12);
  EXPECT_EQ(content.counters.at("store.messages.stored"), 200);
  EXPECT_EQ(content.counters.at("store.messages.queued"), 0);
}

TEST(LogWriter, MarksAreThoseOfTheLastCommit) {
  const TemporaryFolder folder;
  auto writer = Opened(Finite(folder / "log"));
  PutExchanges(*writer, 1, 100);
  writer->Drain();
  EXPECT_EQ(writer->written().exchanges_below, 101U);
  EXPECT_EQ(writer->written().answers_through, TimeOf(100));
  ASSERT_TRUE(writer->Close(TimeOf(100)).has_value());
  EXPECT_EQ(ReadLog(folder / "log").marks.at("exchanges_below"), 101);
}

TEST(LogWriter, OpenRowIsReplacedByTheSettledOne) {
  const TemporaryFolder folder;
  auto writer = Opened(Finite(folder / "log"));
  const std::string head = RequestHead(1);
  writer->PutConnection(Connection(1));
  writer->PutMessage(Message(2, AsBytes(head), {}));
  ExchangeRecord exchange = Exchange(1);
  exchange.flags = FlagBit(Flag::kOpen);
  exchange.has_response = false;
  writer->PutExchange(exchange);
  writer->Drain();
  writer->PutMessage(Message(3, AsBytes("HTTP/1.1 200 OK\r\n\r\n"), {}));
  writer->PutExchange(Exchange(1));
  EXPECT_EQ(writer->Close(TimeOf(1))->exchanges, 1U);
  const LogContent content = ReadLog(folder / "log");
  EXPECT_EQ(content.exchanges.at(1).flags, 0U);
  EXPECT_EQ(content.exchanges.at(1).parts, kPartRequest | kPartResponse);
  EXPECT_EQ(content.exchanges.at(1).rows, 1);
}

TEST(LogWriter, ExchangeThatSpansSegmentsSaysSo) {
  const TemporaryFolder folder;
  LogWriterOptions options = Finite(folder / "log");
  options.segment_bytes_max = 1;  // a segment a frame
  auto writer = Opened(options);
  const std::string head = RequestHead(1);
  writer->PutConnection(Connection(1));
  writer->PutMessage(Message(2, AsBytes(head), {}));
  ExchangeRecord exchange = Exchange(1);
  exchange.flags = FlagBit(Flag::kOpen);
  exchange.has_response = false;
  writer->PutExchange(exchange);
  writer->Drain();
  writer->PutMessage(Message(3, AsBytes("HTTP/1.1 200 OK\r\n\r\n"), {}));
  writer->PutExchange(Exchange(1));
  EXPECT_EQ(writer->Close(TimeOf(1))->exchanges, 1U);
  const LogContent content = ReadLog(folder / "log");
  EXPECT_EQ(content.exchanges.at(1).parts,
            kPartRequest | kPartResponse | kPartContinues | kPartReplaces);
  EXPECT_EQ(content.exchanges.at(1).rows, 2);
}

TEST(LogWriter, BodyIsExtentsBeforeRestAndExtentsAfter) {
  const TemporaryFolder folder;
  auto writer = Opened(Finite(folder / "log"));
  const std::string head = RequestHead(1);
  writer->PutConnection(Connection(1));
  writer->PutExtent(2, 0, AsBytes("one "));
  writer->PutExtent(2, 1, AsBytes("two "));
  MessageRecord message = Message(2, AsBytes(head), AsBytes("rest "));
  message.extents = 2;
  message.facts.flags = FlagBit(Flag::kOpen);
  writer->PutMessage(message);
  writer->PutExtent(2, 2, AsBytes("three"));
  MessageFacts facts = message.facts;
  facts.flags = 0;
  facts.body_bytes = 18;
  facts.gaps = {{MessageGap::Part::kBody, 4, 100, 3, kBegin, GapCause::kClosed}};
  writer->PutMessageFacts(2, facts, AsBytes("t: 1\r\n"), 3);
  ASSERT_TRUE(writer->Close(TimeOf(1)).has_value());
  const LogContent content = ReadLog(folder / "log");
  EXPECT_EQ(content.bodies.at(2), "one two rest three");
  EXPECT_EQ(content.facts.at(2).body_bytes, 18U);
  EXPECT_EQ(content.facts.at(2).flags, 0U);
  EXPECT_EQ(content.trailers.at(2), "t: 1\r\n");
}

TEST(LogWriter, GapsOfTheNewestFactsReplaceTheEarlier) {
  const TemporaryFolder folder;
  auto writer = Opened(Finite(folder / "log"));
  MessageRecord message = Message(2, AsBytes("x\r\n\r\n"), {});
  message.facts.gaps = {{}, {}, {}};
  writer->PutMessage(message);
  MessageFacts facts = message.facts;
  facts.gaps = {{MessageGap::Part::kBody, 4, 100, 3, kBegin, GapCause::kClosed}};
  writer->PutMessageFacts(2, facts, {}, 0);
  ASSERT_TRUE(writer->Close(kBegin).has_value());
  auto database =
      db::Database::Open(folder.path() / "log/r/0001/000001.sqlite", db::OpenMode::kReadImmutable)
          .value();
  EXPECT_EQ(database.QueryInt("SELECT count(*) FROM gap").value(), 1);
  EXPECT_EQ(database.QueryInt("SELECT length FROM gap").value(), 3);
}

TEST(LogWriter, SegmentsEndAtTheirSizeAndKeepEverything) {
  const TemporaryFolder folder;
  const LogContent content = Recorded(folder / "log", 100, 100'000, 3'000'000);
  EXPECT_THAT(content.exchanges, SizeIs(100));
  EXPECT_GE(content.files.size(), 3U);
  EXPECT_LE(content.files.size(), 6U);
}

TEST(LogWriter, SegmentsEndAtTheirAgeInPacketTime) {
  const TemporaryFolder folder;
  LogWriterOptions options = Finite(folder / "log");
  options.segment_age_max_ms = 500;
  auto writer = Opened(options);
  for (ExchangeNumber n = 1; n <= 2000; n += 100) {
    PutExchanges(*writer, n, n + 99);
    writer->Drain();
  }
  EXPECT_EQ(writer->Close(TimeOf(2000))->segments, 4U);
}

TEST(LogWriter, EachSegmentKnowsTheConnectionsItMentions) {
  const TemporaryFolder folder;
  const LogContent content = Recorded(folder / "log", 100, 100'000, 3'000'000);
  ASSERT_GE(content.files.size(), 3U);
  for (const std::string& file : content.files) {
    auto database =
        db::Database::Open(folder.path() / "log/r" / file, db::OpenMode::kReadImmutable).value();
    EXPECT_EQ(database
                  .QueryInt("SELECT count(*) FROM exchange WHERE connection NOT IN "
                            "(SELECT number FROM connection WHERE client_port = 40001)")
                  .value(),
              0)
        << file;
  }
}

TEST(LogWriter, ViewShowsExchangesToAPerson) {
  const TemporaryFolder folder;
  Recorded(folder / "log", 1, 0);
  auto database =
      db::Database::Open(folder.path() / "log/r/0001/000001.sqlite", db::OpenMode::kReadImmutable)
          .value();
  EXPECT_EQ(database
                .QueryText("SELECT time || ' ' || method || ' ' || target || ' ' || host || ' ' || "
                           "status || ' ' || client || ' ' || server FROM exchanges")
                .value(),
            "2023-11-14T22:13:20.001000000Z PUT /index/_doc/1 search:9200 201 10.0.0.1:40001 "
            "10.0.0.2:9200");
}

TEST(LogWriter, SameInputGivesSameFramesWhateverTheThreads) {
  const TemporaryFolder folder;
  std::vector<std::vector<std::string>> frames;
  for (const unsigned threads : {1U, 2U, 7U}) {
    LogWriterOptions options = Finite(folder / std::to_string(threads));
    options.compression_threads = threads;
    options.queue_bytes_max = threads * 3'000'000;
    options.segment_bytes_max = 5'000'000;
    auto writer = Opened(options);
    PutExchanges(*writer, 1, 300, 50'000);
    ASSERT_TRUE(writer->Close(TimeOf(300)).has_value());
    frames.push_back(ReadLog(options.log).frames);
  }
  EXPECT_EQ(frames[0], frames[1]);
  EXPECT_EQ(frames[0], frames[2]);
}

TEST(LogWriter, LiveLogIsCommittedWithoutBeingAsked) {
  const TemporaryFolder folder;
  LogWriterOptions options = Live(folder / "log");
  options.commit_interval_ms = 0;
  auto writer = Opened(options);
  PutExchanges(*writer, 1, 10);
  while (writer->written().exchanges_below < 11) {
    writer->Advance({11, TimeOf(10), TimeOf(10)}, TimeOf(10));
  }
  EXPECT_THAT(ReadLog(options.log).exchanges, SizeIs(10));
  ASSERT_TRUE(writer->Close(TimeOf(10)).has_value());
}

/// A live log whose compression takes many times what making the bodies takes, with whatever
/// sanitizer: what fills the queue is never in doubt.
LogWriterOptions Overloaded(const std::filesystem::path& log) {
  LogWriterOptions options = Live(log);
  options.queue_bytes_max = 2'000'000;
  options.compression_threads = 1;
  options.compression_level = 19;
  return options;
}

TEST(LogWriter, LiveRecordingShedsInsteadOfWaitingAndSaysHowMuch) {
  const TemporaryFolder folder;
  auto writer = Opened(Overloaded(folder / "log"));
  PutExchanges(*writer, 1, 3000, 100'000);
  ASSERT_TRUE(writer->Close(TimeOf(3000)).has_value());
  const LogContent content = ReadLog(folder / "log");
  EXPECT_LT(content.bodies.size(), 6000U);
  EXPECT_THAT(BrokenSums(writer->counters()), testing::IsEmpty());
  EXPECT_EQ(static_cast<size_t>(content.counters.at("store.messages.stored")),
            content.bodies.size());
  EXPECT_THAT(content.LossCauses(), testing::Contains(LossCause::kLoad));
}

TEST(LogWriter, ExchangeOfAShedMessageIsFlaggedAndCoveredByALossRow) {
  const TemporaryFolder folder;
  auto writer = Opened(Overloaded(folder / "log"));
  PutExchanges(*writer, 1, 3000, 100'000);
  ASSERT_TRUE(writer->Close(TimeOf(3000)).has_value());
  const LogContent content = ReadLog(folder / "log");
  for (const auto& [n, row] : content.exchanges) {
    const bool whole = content.bodies.contains(MessageIdOf(n, Side::kClient)) &&
                       content.bodies.contains(MessageIdOf(n, Side::kServer));
    EXPECT_EQ(HasFlag(row.flags, Flag::kBodyShed), !whole) << n;
  }
  for (ExchangeNumber n = 1; n <= 3000; ++n) {
    const bool covered = std::ranges::any_of(content.losses, [&](const LogContent::Loss& loss) {
      return loss.cause == LossCause::kLoad && loss.from <= TimeOf(n) + 3000 &&
             loss.until >= TimeOf(n);
    });
    EXPECT_TRUE(covered || content.exchanges.contains(n)) << n;
  }
}

}  // namespace
}  // namespace trafrec::store
