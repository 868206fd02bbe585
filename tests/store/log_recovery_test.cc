#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "store/files/log_layout.h"
#include "store/limits.h"
#include "store/reader/log_reader.h"
#include "store/writer/log_writer.h"
#include "store/writer/seal.h"
#include "tests/store/log_fixture.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

/// Records exchanges for ever in a process of its own, and reports after each what is written.
class Victim {
 public:
  explicit Victim(const LogWriterOptions& options) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    pid_ = fork();
    if (pid_ == 0) {
      Record(options, ends[1]);
    }
    close(ends[1]);
    reports_ = ends[0];
  }
  ~Victim() { close(reports_); }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;

  /// The last mark that it had reported when it was killed, at least `wanted`.
  ExchangeNumber KillOnceWritten(ExchangeNumber wanted) {
    ExchangeNumber written = 0;
    while (written < wanted && Report(&written)) {
    }
    kill(pid_, SIGKILL);
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
    EXPECT_TRUE(WIFSIGNALED(status));
    while (Report(&written)) {
    }
    return written;
  }

 private:
  bool Report(ExchangeNumber* written) {
    return read(reports_, written, sizeof(*written)) == sizeof(*written);
  }

  [[noreturn]] static void Record(const LogWriterOptions& options, int reports) {
    auto writer = LogWriter::Open(options);
    for (ExchangeNumber n = 1; writer.has_value(); ++n) {
      PutExchanges(**writer, n, n, 20);
      const ExchangeNumber written = (*writer)->written().exchanges_below;
      if (n % 64 == 0 && write(reports, &written, sizeof(written)) < 0) {
        break;
      }
    }
    _exit(1);
  }

  pid_t pid_ = -1;
  int reports_ = -1;
};

/// The next start of the same recorder, which records nothing. Recovery goes on beside it, so only
/// its end says that all is done.
void StartAgain(const LogWriterOptions& options) {
  auto next = std::move(LogWriter::Open(options)).value();
  ASSERT_TRUE(next->Close(WallClockNow()).has_value());
}

TEST(LogRecovery, KillLosesNothingBelowTheWrittenMark) {
  const TemporaryFolder folder;
  LogWriterOptions options = Live(folder / "log");
  options.segment_bytes_max = 300'000;  // several segments, so that the kill may hit a rotation
  const ExchangeNumber written = Victim(options).KillOnceWritten(20'000);
  StartAgain(options);
  const LogContent content = ReadLog(options.log);
  for (ExchangeNumber n = 1; n < written; ++n) {
    ASSERT_TRUE(content.exchanges.contains(n)) << n << " of " << written;
    ASSERT_TRUE(content.bodies.contains(MessageIdOf(n, Side::kClient))) << n;
    ASSERT_TRUE(content.bodies.contains(MessageIdOf(n, Side::kServer))) << n;
  }
}

TEST(LogRecovery, NextStartSealsWhatAKilledRecorderLeft) {
  const TemporaryFolder folder;
  const LogWriterOptions options = Live(folder / "log");
  Victim(options).KillOnceWritten(100);
  ASSERT_THAT(FileNames(options.log, 1), testing::Contains("000001.open"));
  StartAgain(options);
  EXPECT_THAT(FileNames(options.log, 1), ElementsAre("000001.sqlite"));
}

TEST(LogRecovery, NextStartCompletesWhatAnOlderWriterLeft) {
  const TemporaryFolder folder;
  const LogWriterOptions options = Live(folder / "log");
  Victim(options).KillOnceWritten(100);
  {
    auto database =
        db::Database::Open(options.log / "r/0001/000001.open", db::OpenMode::kReadWrite).value();
    ASSERT_TRUE(database.Execute("DROP TABLE sentinel"));
  }
  ASSERT_TRUE(LogWriter::Open(options).has_value());
  EXPECT_THAT(ReadLog(options.log).LossCauses(), testing::Contains(LossCause::kCrash));
}

TEST(LogRecovery, CrashRowCoversTheTimeSinceTheMarkAndTheSecondOfDropsThatNobodyTold) {
  const TemporaryFolder folder;
  const LogWriterOptions options = Live(folder / "log");
  Victim(options).KillOnceWritten(100);
  const TimeNs before = WallClockNow();
  StartAgain(options);
  const LogContent content = ReadLog(options.log);
  ASSERT_GE(content.losses.size(), 2U);
  const LogContent::Loss& crash = content.losses[1];
  EXPECT_EQ(crash.cause, LossCause::kCrash);
  const Marks written = (*LogReader::Open(options.log))->Attempts()->front().written;
  EXPECT_EQ(crash.from, written.requests_through - limits::kDropsIntervalMs * kNsPerMs);
  EXPECT_GE(crash.until, before);
}

TEST(LogRecovery, CrashRowIsWrittenOnce) {
  const TemporaryFolder folder;
  const LogWriterOptions options = Live(folder / "log");
  Victim(options).KillOnceWritten(100);
  StartAgain(options);
  StartAgain(options);
  EXPECT_THAT(ReadLog(options.log).LossCauses(),
              ElementsAre(LossCause::kStart, LossCause::kCrash, LossCause::kStart, LossCause::kStop,
                          LossCause::kStart, LossCause::kStop));
}

TEST(LogRecovery, DeadFiniteJobIsLeftAsItIs) {
  const TemporaryFolder folder;
  LogWriterOptions options = Finite(folder / "log");
  options.segment_bytes_max = 100'000;
  // A finite job reports nothing in time; it is given up after its first sealed segment.
  {
    auto given_up = std::move(LogWriter::Open(options)).value();
  }
  auto next = std::move(LogWriter::Open(options)).value();
  EXPECT_THAT(FileNames(options.log, 1), ElementsAre("000001.open"));
  ASSERT_TRUE(next->Close(kBegin).has_value());
}

TEST(LogRecovery, CrashBetweenTwoSegmentsGetsItsRowInOneOfItsOwn) {
  const TemporaryFolder folder;
  const LogWriterOptions options = Live(folder / "log");
  Victim(options).KillOnceWritten(100);
  // As if the process had died after sealing the segment and before opening the next one.
  std::filesystem::path open = folder.path() / "log/r/0001/000001.open";
  ASSERT_TRUE(SealSegment(open).value());
  StartAgain(options);
  EXPECT_THAT(FileNames(options.log, 1), ElementsAre("000001.sqlite", "000002.sqlite"));
  EXPECT_THAT(ReadLog(options.log).LossCauses(), ElementsAre(LossCause::kStart, LossCause::kCrash,
                                                             LossCause::kStart, LossCause::kStop));
}

TEST(LogRecovery, SegmentThatDiedWhileItWasMadeIsRemoved) {
  const TemporaryFolder folder;
  const LogWriterOptions options = Live(folder / "log");
  Victim(options).KillOnceWritten(100);
  const auto unborn = folder.path() / "log/r/0001/000002.open";
  {
    auto empty = db::Database::Open(unborn, db::OpenMode::kCreate).value();
  }
  StartAgain(options);
  EXPECT_THAT(FileNames(options.log, 1), ElementsAre("000001.sqlite"));
}

/// A foreign reader that stays connected to a file.
class AttachedReader {
 public:
  explicit AttachedReader(const std::filesystem::path& path)
      : database_(db::Database::Open(path, db::OpenMode::kReadOnly).value()) {
    EXPECT_TRUE(database_.QueryInt("SELECT count(*) FROM exchange").has_value());
  }
  int64_t Exchanges() {
    return database_.QueryInt("SELECT count(*) FROM exchange").value().value_or(-1);
  }

 private:
  db::Database database_;
};

TEST(Sealing, AttachedReaderDelaysItAndKeepsReading) {
  const TemporaryFolder folder;
  const LogWriterOptions options = Live(folder / "log");
  auto writer = std::move(LogWriter::Open(options)).value();
  PutExchanges(*writer, 1, 10);
  writer->Drain();
  std::optional<AttachedReader> reader(folder.path() / "log/r/0001/000001.open");
  ASSERT_TRUE(writer->Close(TimeOf(10)).has_value());
  EXPECT_THAT(FileNames(options.log, 1), testing::Contains("000001.sealing"));
  EXPECT_EQ(reader->Exchanges(), 10);
  EXPECT_THAT(ReadLog(options.log).exchanges, SizeIs(10));
  reader.reset();
  std::filesystem::path path = folder.path() / "log/r/0001/000001.sealing";
  EXPECT_TRUE(SealSegment(path).value());
  EXPECT_THAT(FileNames(options.log, 1), ElementsAre("000001.sqlite"));
}

TEST(Sealing, RotationGoesOnBesideAnAttachedReader) {
  const TemporaryFolder folder;
  const LogWriterOptions options = Live(folder / "log");
  auto writer = std::move(LogWriter::Open(options)).value();
  PutExchanges(*writer, 1, 10);
  writer->Drain();
  std::optional<AttachedReader> reader(folder.path() / "log/r/0001/000001.open");
  writer->Rotate();
  PutExchanges(*writer, 11, 20);
  writer->Drain();
  EXPECT_EQ(writer->written().exchanges_below, 21U);
  reader.reset();
  ASSERT_TRUE(writer->Close(TimeOf(20)).has_value());
  EXPECT_GT(FileNames(options.log, 1).size(), 1U);
  for (const std::string& name : FileNames(options.log, 1)) {
    EXPECT_THAT(name, testing::EndsWith(".sqlite"));
  }
  EXPECT_THAT(ReadLog(options.log).exchanges, SizeIs(20));
}

TEST(Sealing, NextStartSealsWhatAReaderHeld) {
  const TemporaryFolder folder;
  const LogWriterOptions options = Live(folder / "log");
  {
    auto writer = std::move(LogWriter::Open(options)).value();
    PutExchanges(*writer, 1, 10);
    writer->Drain();
    const AttachedReader reader(folder.path() / "log/r/0001/000001.open");
    ASSERT_TRUE(writer->Close(TimeOf(10)).has_value());
  }
  StartAgain(options);
  EXPECT_THAT(FileNames(options.log, 1), ElementsAre("000001.sqlite"));
}

}  // namespace
}  // namespace trafrec::store
