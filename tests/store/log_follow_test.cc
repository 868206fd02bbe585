// Reading a log while it is written, and what a dead recorder left.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "store/db/database.h"
#include "store/files/log_layout.h"
#include "store/reader_limits.h"
#include "store/verify/verify.h"
#include "tests/store/reader_fixture.h"
#include "tests/support/wait_until.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A recorder at work, and a reader beside it.
class LiveLog : public testing::Test {
 protected:
  LiveLog() : writer_(LogWriter::Open(Live(log_)).value()), reader_(OpenReader(log_)) {}

  void Put(ExchangeNumber first, ExchangeNumber last) {
    PutExchanges(*writer_, first, last);
    writer_->Drain();
  }
  /// A request that waits for its answer.
  void PutOpen(ExchangeNumber n) {
    const std::string head = RequestHead(n);
    writer_->PutMessage(Message(MessageIdOf(n, Side::kClient), AsBytes(head), {}));
    ExchangeRecord exchange = Exchange(n);
    exchange.has_response = false;
    exchange.status = 0;
    exchange.flags = FlagBit(Flag::kOpen) | FlagBit(Flag::kResponseMissing);
    writer_->PutExchange(exchange);
    writer_->Advance({n + 1, TimeOf(n), TimeOf(0)}, TimeOf(n));
    writer_->Drain();
  }
  void Complete(ExchangeNumber n) {
    writer_->PutMessage(
        Message(MessageIdOf(n, Side::kServer), AsBytes("HTTP/1.1 201 Created\r\n\r\n"), {}));
    writer_->PutExchange(Exchange(n));
    writer_->Drain();
  }
  std::vector<std::string> Files() const { return FileNames(log_, 1); }
  /// What is put next lies in a new segment.
  void RotateNow() {
    const std::string next = "00000" + std::to_string(++segments_) + ".open";
    writer_->Rotate();
    test_support::WaitUntil("a new segment", [&] {
      const std::vector<std::string> files = Files();
      return std::ranges::find(files, next) != files.end();
    });
  }

  TemporaryFolder folder_;
  std::filesystem::path log_ = folder_ / "log";
  std::unique_ptr<LogWriter> writer_;
  std::unique_ptr<LogReader> reader_;
  int segments_ = 1;
};

TEST_F(LiveLog, OpenSegmentIsReadWhileItIsWritten) {
  Put(1, 3);
  EXPECT_THAT(Numbers(*reader_), ElementsAre(1, 2, 3));
  EXPECT_EQ(LoadNumber(*reader_, 2).response->body, "ok");
  Put(4, 4);
  EXPECT_THAT(Numbers(*reader_), ElementsAre(1, 2, 3, 4));
}

TEST_F(LiveLog, WriterSealsAlthoughAReaderHasRead) {
  Put(1, 3);
  EXPECT_THAT(Numbers(*reader_), ElementsAre(1, 2, 3));
  LoadNumber(*reader_, 2);
  ASSERT_TRUE(writer_->Close(TimeOf(9)));
  writer_.reset();
  EXPECT_THAT(Files(), ElementsAre("000001.sqlite"));
  EXPECT_THAT(Numbers(*reader_), ElementsAre(1, 2, 3));
}

TEST_F(LiveLog, SegmentSealedInTheMiddleOfAVisitIsReadToItsEnd) {
  constexpr ExchangeNumber kCount = 1'000;
  Put(1, kCount);
  ExchangeNumber seen = 0;
  const Status visited = reader_->Visit({}, [&](const ExchangeRow& row) {
    seen = row.id.number;
    if (seen == 10) {
      EXPECT_TRUE(writer_->Close(TimeOf(kCount + 1)));
    }
    EXPECT_EQ(reader_->Load(row)->request->head, RequestHead(seen));
    return true;
  });
  ASSERT_TRUE(visited) << visited.error().what;
  EXPECT_EQ(seen, kCount);
}

TEST_F(LiveLog, FollowShowsWhatCameSinceTheVisit) {
  Put(1, 2);
  EXPECT_THAT(Numbers(*reader_), ElementsAre(1, 2));
  EXPECT_THAT(Followed(*reader_), IsEmpty());
  Put(3, 4);
  EXPECT_THAT(Followed(*reader_), ElementsAre(3, 4));
  EXPECT_THAT(Followed(*reader_), IsEmpty());
}

TEST_F(LiveLog, FollowWithoutAVisitBeginsAtTheBeginning) {
  Put(1, 2);
  EXPECT_THAT(Followed(*reader_), ElementsAre(1, 2));
  EXPECT_THAT(Followed(*reader_), IsEmpty());
}

TEST_F(LiveLog, FollowShowsAnOpenExchangeAgainWhenItIsCompleted) {
  Put(1, 1);
  PutOpen(2);
  EXPECT_THAT(Numbers(*reader_), ElementsAre(1, 2));
  Put(3, 3);
  EXPECT_THAT(Followed(*reader_), ElementsAre(3));
  Complete(2);
  EXPECT_THAT(Followed(*reader_), ElementsAre(2));
  EXPECT_THAT(Followed(*reader_), IsEmpty());
}

TEST_F(LiveLog, FollowShowsAnExchangeCompletedBeforeItsFirstCall) {
  PutExchanges(*writer_, 1, 1);
  PutOpen(2);
  EXPECT_THAT(Numbers(*reader_), ElementsAre(1, 2));
  Complete(2);
  EXPECT_THAT(Followed(*reader_), ElementsAre(2));
}

TEST_F(LiveLog, AnExchangeCompletedInTheMiddleOfAVisitIsGivenOnceAsItIsThen) {
  constexpr ExchangeNumber kOpen = 3 * limits::kRowBatch;
  Put(1, kOpen - 1);
  PutOpen(kOpen);
  Put(kOpen + 1, kOpen + 1);
  std::vector<ExchangeRow> seen;
  const Status visited = reader_->Visit({}, [&](const ExchangeRow& row) {
    if (seen.empty()) {
      Complete(kOpen);
    }
    seen.push_back(row);
    return true;
  });
  ASSERT_TRUE(visited) << visited.error().what;
  ASSERT_EQ(seen.size(), kOpen + 1);
  EXPECT_EQ(seen[kOpen - 1].status, 201);
  EXPECT_THAT(Followed(*reader_), IsEmpty());
  EXPECT_THAT(Followed(*reader_), IsEmpty());
}

TEST_F(LiveLog, FollowJudgesACompletedExchangeAnew) {
  const ExchangeFilter answered{.statuses = {"201"}};
  PutExchanges(*writer_, 1, 1);
  PutOpen(2);
  EXPECT_THAT(Numbers(*reader_, answered), ElementsAre(1));
  Complete(2);
  EXPECT_THAT(Followed(*reader_, answered), ElementsAre(2));
}

TEST_F(LiveLog, FollowShowsAnExchangeCompletedLateInALaterSegment) {
  Put(1, 1);
  PutOpen(2);
  EXPECT_THAT(Numbers(*reader_), ElementsAre(1, 2));
  RotateNow();
  Put(3, 3);
  EXPECT_THAT(Followed(*reader_), ElementsAre(3));
  Complete(2);
  EXPECT_THAT(Followed(*reader_), ElementsAre(2));
  EXPECT_THAT(Followed(*reader_), IsEmpty());
}

TEST_F(LiveLog, FollowShowsAnExchangeThatWasOpenTwoSegmentsAgo) {
  Put(1, 1);
  PutOpen(2);
  RotateNow();
  Put(3, 3);
  EXPECT_THAT(Numbers(*reader_), ElementsAre(1, 2, 3));
  RotateNow();
  Put(4, 4);
  EXPECT_THAT(Followed(*reader_), ElementsAre(4));
  Complete(2);
  EXPECT_THAT(Followed(*reader_), ElementsAre(2));
}

TEST_F(LiveLog, FollowShowsNextTimeWhatIsCompletedWhileItLooks) {
  Put(1, 1);
  EXPECT_THAT(Numbers(*reader_), ElementsAre(1));
  // More than it reads at a time, so that it has not yet seen the last when it shows the first.
  constexpr ExchangeNumber kLast = limits::kKeyChunkRows + 10;
  Put(2, kLast - 1);
  PutOpen(kLast);
  bool completed = false;
  ASSERT_TRUE(reader_->Follow({}, [&](const ExchangeRow&) {
    if (!std::exchange(completed, true)) {
      Complete(kLast);
    }
    return true;
  }));
  EXPECT_THAT(Followed(*reader_), ElementsAre(kLast));
}

TEST_F(LiveLog, FollowGoesOnIntoTheNextAttempt) {
  Put(1, 2);
  EXPECT_THAT(Numbers(*reader_), ElementsAre(1, 2));
  ASSERT_TRUE(writer_->Close(TimeOf(3)));
  writer_.reset();
  writer_ = LogWriter::Open(Live(log_)).value();
  Put(1, 1);
  EXPECT_THAT(Followed(*reader_), ElementsAre(1));
}

TEST_F(LiveLog, VerifyOfARunningRecorderChecksItsFrames) {
  Put(1, 100);
  const VerifyReport report = VerifyLog(log_).value();
  EXPECT_TRUE(report.damages.empty()) << report.damages.front().what;
  EXPECT_GE(report.entries, 300U);
}

/// Readers hold a lock on a segment while it is made.
TEST(StartingLog, AReaderThatLooksAtOnceEndsNoRecorder) {
  const TemporaryFolder folder;
  std::atomic<int> log = 0;
  constexpr int kLogs = 20;
  std::thread looking([&] {
    for (int at = 0; (at = log) < kLogs;) {
      const std::filesystem::path segment =
          folder / std::to_string(at) / "r" / "0001" / "000001.open";
      if (!std::filesystem::exists(segment)) {
        continue;
      }
      if (auto database = db::Database::Open(segment, db::OpenMode::kReadOnly)) {
        for (int look = 0; look < 100; ++look) {
          static_cast<void>(database->QueryInt("SELECT count(*) FROM sqlite_schema"));
        }
      }
    }
  });
  std::vector<std::string> failures;
  while (log < kLogs) {
    const auto writer = LogWriter::Open(Live(folder / std::to_string(log)));
    if (!writer) {
      failures.push_back(writer.error().what);
    }
    ++log;
  }
  looking.join();
  EXPECT_THAT(failures, IsEmpty());
}

TEST(RotatingLog, FollowGoesOnIntoTheNextSegment) {
  const TemporaryFolder folder;
  LogWriterOptions options = Live(folder / "log");
  options.segment_bytes_max = 1;
  auto writer = LogWriter::Open(options).value();
  const auto reader = OpenReader(folder / "log");
  std::vector<ExchangeNumber> all = Numbers(*reader);
  for (ExchangeNumber n = 1; n <= 10; ++n) {
    PutExchanges(*writer, n, n);
    writer->Drain();
    const std::vector<ExchangeNumber> came = Followed(*reader);
    all.insert(all.end(), came.begin(), came.end());
  }
  ASSERT_TRUE(writer->Close(TimeOf(11)));
  EXPECT_THAT(all, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
}

TEST(RotatingLog, FollowShowsAnExchangeCompletedInALaterSegmentOnce) {
  const TemporaryFolder folder;
  LogWriterOptions options = Live(folder / "log");
  options.segment_bytes_max = 1;
  auto writer = LogWriter::Open(options).value();
  const auto reader = OpenReader(folder / "log");
  writer->PutConnection(Connection(1));
  ExchangeRecord open = Exchange(1);
  open.has_request = open.has_response = false;
  open.flags = FlagBit(Flag::kOpen);
  writer->PutExchange(open);
  writer->Advance({2, TimeOf(1), TimeOf(0)}, TimeOf(1));
  writer->Drain();
  EXPECT_THAT(Numbers(*reader), ElementsAre(1));
  PutExchanges(*writer, 2, 2);
  writer->Drain();
  open.flags = 0;
  writer->PutExchange(open);
  writer->Drain();
  EXPECT_THAT(Followed(*reader), ElementsAre(2, 1));
  ASSERT_TRUE(writer->Close(TimeOf(11)));
  EXPECT_THAT(Followed(*reader), IsEmpty());
}

/// A recorder in a process of its own that puts exchanges 1 … 5 and is then killed.
void RecordAndDie(const std::filesystem::path& log) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto writer = LogWriter::Open(Live(log)).value();
    PutExchanges(*writer, 1, 5);
    writer->Drain();
    const char done = 1;
    if (write(ready[1], &done, 1) == 1) {
      pause();
    }
    _exit(1);
  }
  char done = 0;
  EXPECT_EQ(read(ready[0], &done, 1), 1);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
}

TEST(DeadRecorder, OpenSegmentIsReadBeforeAnyRecovery) {
  const TemporaryFolder folder;
  RecordAndDie(folder / "log");
  const auto reader = OpenReader(folder / "log");
  EXPECT_THAT(Numbers(*reader), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(LoadNumber(*reader, 5).request->head, RequestHead(5));
  const AttemptInfo attempt = reader->Attempts().value().at(0);
  EXPECT_FALSE(attempt.running);
  EXPECT_FALSE(attempt.finished);
  EXPECT_EQ(DamagesOf(folder / "log"), "");
}

TEST(DeadRecorder, ReaderDoesNotHinderTheRecovery) {
  const TemporaryFolder folder;
  RecordAndDie(folder / "log");
  const auto reader = OpenReader(folder / "log");
  EXPECT_THAT(Numbers(*reader), ElementsAre(1, 2, 3, 4, 5));
  const auto writer = LogWriter::Open(Live(folder / "log")).value();
  ASSERT_TRUE(writer->Close(TimeOf(9)));
  EXPECT_THAT(FileNames(folder / "log", 1), ElementsAre("000001.sqlite"));
  EXPECT_THAT(Numbers(*reader), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(reader->Attempts().value().at(0).losses.back().cause, LossCause::kCrash);
  EXPECT_EQ(DamagesOf(folder / "log"), "");
}

TEST(DeadRecorder, LogThatMayOnlyBeReadIsRead) {
  const TemporaryFolder folder;
  MakeLog(Live(folder / "log"), 3);
  const std::filesystem::path attempt = folder / "log" / "r" / "0001";
  std::filesystem::permissions(
      attempt, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_THAT(Numbers(*OpenReader(folder / "log")), ElementsAre(1, 2, 3));
  EXPECT_THAT(FileNames(folder / "log", 1), ElementsAre("000001.sqlite"));
  std::filesystem::permissions(attempt, std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace trafrec::store
