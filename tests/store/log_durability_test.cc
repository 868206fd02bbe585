#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "store/format/durable_marks.h"
#include "store/reader/log_reader.h"
#include "store/writer/log_writer.h"
#include "tests/store/log_fixture.h"
#include "tests/support/wait_until.h"

// What survives a power loss, when a segment ends, and clocks that jump.

namespace trafrec::store {
namespace {

using std::chrono::milliseconds;
using test_support::WaitUntil;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::SizeIs;

constexpr int64_t kHourNs = 3600 * kNsPerSecond;

std::unique_ptr<LogWriter> Opened(const LogWriterOptions& options) {
  return std::move(LogWriter::Open(options)).value();
}

AttemptInfo InfoOf(const std::filesystem::path& log) {
  return std::move(LogReader::Open(log)).value()->Attempts().value().back();
}

LogWriterOptions Full(const std::filesystem::path& log) {
  LogWriterOptions options = Live(log);
  options.durability = Durability::kFull;
  return options;
}

TEST(Durability, FullMakesEachCommitDurable) {
  const TemporaryFolder folder;
  auto writer = Opened(Full(folder / "log"));
  PutExchanges(*writer, 1, 10);
  writer->Drain();
  WaitUntil("it is synced", [&] { return writer->durable().exchanges_below == 11; });
  ASSERT_TRUE(writer->Close(TimeOf(10)).has_value());
}

TEST(Durability, DurableMarkOfACommitIsPublishedByTheNext) {
  const TemporaryFolder folder;
  LogWriterOptions options = Full(folder / "log");
  options.commit_interval_ms = 1'000'000;  // only Drain commits
  auto writer = Opened(options);
  PutExchanges(*writer, 1, 10);
  writer->Drain();
  WaitUntil("it is synced", [&] { return writer->durable().exchanges_below == 11; });
  EXPECT_LT(InfoOf(folder / "log").durable.exchanges_below, 11U);
  PutExchanges(*writer, 11, 20);
  writer->Drain();
  EXPECT_EQ(InfoOf(folder / "log").durable.exchanges_below, 11U);
  EXPECT_EQ(InfoOf(folder / "log").written.exchanges_below, 21U);
  ASSERT_TRUE(writer->Close(TimeOf(20)).has_value());
}

TEST(Durability, NormalMakesItDurableWithoutFurtherPackets) {
  const TemporaryFolder folder;
  auto writer = Opened(Live(folder / "log"));
  PutExchanges(*writer, 1, 10);
  writer->Drain();
  WaitUntil("it is synced", [&] { return writer->durable().exchanges_below == 11; });
  ASSERT_TRUE(writer->Close(TimeOf(10)).has_value());
}

TEST(Durability, SealedSegmentIsDurableToItsEnd) {
  const TemporaryFolder folder;
  auto writer = Opened(Live(folder / "log"));
  PutExchanges(*writer, 1, 10);
  ASSERT_TRUE(writer->Close(TimeOf(10)).has_value());
  EXPECT_EQ(InfoOf(folder / "log").durable.exchanges_below, 11U);
}

TEST(DurableMarks, StandStillAfterAFailedSyncThoughALaterOneSucceeds) {
  DurableMarks marks(milliseconds(0));
  const DurableMarks::Clock::time_point now{};
  marks.OnCommit({.exchanges_below = 5});
  marks.OnSync(now);
  marks.OnCommit({.exchanges_below = 7});
  marks.OnDoubt();
  marks.OnCommit({.exchanges_below = 9});
  marks.OnSync(now);
  EXPECT_EQ(marks.marks().exchanges_below, 5U);
}

TEST(DurableMarks, GoOnOnceTheDoubtfulSegmentIsSealed) {
  DurableMarks marks(milliseconds(0));
  marks.OnCommit({.exchanges_below = 7});
  marks.OnDoubt();
  marks.OnAllSealed();
  marks.OnCommit({.exchanges_below = 9});
  marks.OnSync({});
  EXPECT_EQ(marks.marks().exchanges_below, 9U);
}

TEST(Rotation, SegmentEndsAtItsAgeThoughTheWireIsSilent) {
  const TemporaryFolder folder;
  LogWriterOptions options = Live(folder / "log");
  options.segment_age_max_ms = 1;
  auto writer = Opened(options);
  PutExchanges(*writer, 1, 10);
  writer->Drain();
  WaitUntil("it is sealed",
            [&] { return std::filesystem::exists(folder / "log/r/0001/000001.sqlite"); });
  ASSERT_TRUE(writer->Close(TimeOf(10)).has_value());
}

TEST(Rotation, EmptySegmentDoesNotEndAtItsAge) {
  const TemporaryFolder folder;
  LogWriterOptions options = Live(folder / "log");
  options.segment_age_max_ms = 1;
  auto writer = Opened(options);
  PutExchanges(*writer, 1, 10);
  writer->Drain();
  WaitUntil("it is sealed",
            [&] { return std::filesystem::exists(folder / "log/r/0001/000001.sqlite"); });
  for (int i = 0; i < 20; ++i) {
    writer->Advance({11, TimeOf(10), TimeOf(10)}, TimeOf(10));
    writer->Drain();  // marks alone
  }
  EXPECT_LE(writer->summary().segments, 3U);
  ASSERT_TRUE(writer->Close(TimeOf(10)).has_value());
}

TEST(Rotation, OnRequestANewSegmentBegins) {
  const TemporaryFolder folder;
  auto writer = Opened(Live(folder / "log"));
  PutExchanges(*writer, 1, 10);
  writer->Drain();
  writer->Rotate();
  writer->Drain();
  WaitUntil("there are two", [&] { return writer->summary().segments == 2; });
  PutExchanges(*writer, 11, 20);
  ASSERT_TRUE(writer->Close(TimeOf(20)).has_value());
  EXPECT_THAT(FileNames(folder / "log", 1), ElementsAre("000001.sqlite", "000002.sqlite"));
  EXPECT_THAT(ReadLog(folder / "log").exchanges, SizeIs(20));
}

/// Exchanges from `first` on that began an hour before their time.
void PutAnHourEarlier(LogWriter& writer, ExchangeNumber first, ExchangeNumber last) {
  for (ExchangeNumber n = first; n <= last; ++n) {
    const std::string head = RequestHead(n);
    MessageRecord message = Message(MessageIdOf(n, Side::kClient), AsBytes(head), {});
    message.facts.first_byte_at -= kHourNs;
    message.facts.last_byte_at -= kHourNs;
    writer.PutMessage(message);
    ExchangeRecord exchange = Exchange(n);
    exchange.began_at -= kHourNs;
    exchange.has_response = false;
    writer.PutExchange(exchange);
    // As reassembly does it: marks never go back.
    writer.Advance({n + 1, TimeOf(first), TimeOf(first)}, TimeOf(n) - kHourNs);
  }
}

TEST(JumpingClock, PacketsAnHourBackAreStoredInTheSameSegment) {
  const TemporaryFolder folder;
  auto writer = Opened(Live(folder / "log"));
  PutExchanges(*writer, 1, 10);
  writer->Drain();
  PutAnHourEarlier(*writer, 11, 20);
  writer->Drain();
  PutExchanges(*writer, 21, 30);
  ASSERT_TRUE(writer->Close(TimeOf(30)).has_value());
  EXPECT_THAT(FileNames(folder / "log", 1), ElementsAre("000001.sqlite"));
  EXPECT_THAT(ReadLog(folder / "log").exchanges, SizeIs(30));
}

TEST(JumpingClock, MarksDoNotGoBack) {
  const TemporaryFolder folder;
  auto writer = Opened(Live(folder / "log"));
  PutExchanges(*writer, 1, 10);
  writer->Drain();
  const int64_t packets = ReadLog(folder / "log").marks.at("packets_through");
  PutAnHourEarlier(*writer, 11, 20);
  writer->Drain();
  EXPECT_GE(ReadLog(folder / "log").marks.at("packets_through"), packets);
  EXPECT_EQ(writer->written().exchanges_below, 21U);
  ASSERT_TRUE(writer->Close(TimeOf(20)).has_value());
}

TEST(JumpingClock, AttemptDoesNotEndBeforeItBegan) {
  const TemporaryFolder folder;
  LogWriterOptions options = Live(folder / "log");
  TimeNs now = kBegin;
  options.wall_clock = [&] { return now; };
  auto writer = Opened(options);
  now -= kHourNs;
  ASSERT_TRUE(writer->Close(kBegin).has_value());
  EXPECT_EQ(InfoOf(folder / "log").ended_at, kBegin);
}

TEST(JumpingClock, CrashRowOfAStartAnHourEarlierIsNoNegativeTime) {
  const TemporaryFolder folder;
  LogWriterOptions options = Live(folder / "log");
  options.wall_clock = [] { return kBegin; };
  {
    auto killed = Opened(options);
    PutExchanges(*killed, 1, 10);
    killed->Drain();
  }
  options.wall_clock = [] { return kBegin - kHourNs; };
  ASSERT_TRUE(Opened(options)->Close(kBegin).has_value());
  const LogContent content = ReadLog(folder / "log");
  ASSERT_THAT(content.LossCauses(), Contains(LossCause::kCrash));
  for (const LogContent::Loss& loss : content.losses) {
    EXPECT_LE(loss.from, loss.until);
  }
}

TEST(JumpingClock, SegmentOfALiveRecordingDoesNotAgeWithThePackets) {
  const TemporaryFolder folder;
  LogWriterOptions options = Live(folder / "log");
  options.segment_age_max_ms = 3'600'000;
  auto writer = Opened(options);
  PutExchanges(*writer, 1, 10);
  writer->Drain();
  PutAnHourEarlier(*writer, 11, 20);
  writer->Drain();
  PutExchanges(*writer, 10'000'000, 10'000'000);  // 2.7 hours later
  writer->Drain();
  EXPECT_EQ(writer->summary().segments, 1U);
  ASSERT_TRUE(writer->Close(TimeOf(10'000'000)).has_value());
}

}  // namespace
}  // namespace trafrec::store
