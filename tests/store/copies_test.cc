#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "store/verify/verify.h"
#include "tests/store/merge_fixture.h"
#include "tests/store/reader_fixture.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A log, and copies of it in other folders.
class Copies : public testing::Test {
 protected:
  fs::path Copy(const std::string& name) const {
    fs::copy(log_, folder_ / name, fs::copy_options::recursive);
    return folder_ / name;
  }
  /// A log with exchange n in segment n of recorder "r".
  void MakeSegments(ExchangeNumber count) const {
    LogWriterOptions options = Finite(log_);
    options.segment_bytes_max = 1;
    auto writer = LogWriter::Open(options).value();
    for (ExchangeNumber n = 1; n <= count; ++n) {
      if (n > 1) {
        writer->PutConnection(Connection(1));
      }
      PutExchanges(*writer, n, n);
      writer->Drain();
    }
    ASSERT_TRUE(writer->Close(TimeOf(count + 1)));
  }
  static void Lose(const fs::path& log, const std::string& segment) {
    ASSERT_TRUE(fs::remove(log / "r/0001" / (segment + ".sqlite")));
  }

  const TemporaryFolder folder_;
  const fs::path log_ = folder_ / "log";
};

Result<std::unique_ptr<LogReader>> OpenAll(std::vector<fs::path> folders) {
  return LogReader::Open(LogSelection{.folders = std::move(folders)});
}

TEST_F(Copies, RecordersOfSeveralFoldersAreReadAsOneLog) {
  Witness(log_, "a").SawAll(1, 2).End();
  const fs::path copy = Copy("copy");
  fs::remove_all(copy / "a");
  Witness(copy, "b").SawAll(2, 3).End();
  const auto reader = OpenAll({copy, log_}).value();
  EXPECT_EQ(Shown(*reader).size(), 3U);
  EXPECT_THAT(reader->notes(), IsEmpty());
}

TEST_F(Copies, ThatEachLackASegmentMakeTheWhole) {
  MakeSegments(4);
  const fs::path copy = Copy("copy");
  Lose(log_, "000002");
  Lose(copy, "000003");
  const auto reader = OpenAll({log_, copy}).value();
  EXPECT_THAT(Numbers(*reader), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(reader->notes(), IsEmpty());
  EXPECT_EQ(LoadNumber(*reader, 2).request->head, RequestHead(2));
}

TEST_F(Copies, SegmentsThatAreInNoneAreNamed) {
  MakeSegments(5);
  Lose(log_, "000002");
  Lose(log_, "000003");
  const auto reader = OpenReader(log_);
  EXPECT_THAT(Numbers(*reader), ElementsAre(1, 4, 5));
  EXPECT_THAT(reader->notes(), ElementsAre(HasSubstr("recorder 'r', attempt 0001, segments 000002 "
                                                     "to 000003 are missing")));
}

TEST_F(Copies, ARecorderIsFoundWithoutItsLock) {
  Witness(log_, "a").SawAll(1, 2).End();
  fs::remove(log_ / "a/lock");
  EXPECT_EQ(Shown(log_).size(), 2U);
}

TEST_F(Copies, TheSameAttemptTwiceIsReadOnce) {
  Witness(log_, "a").SawAll(1, 3).End();
  EXPECT_EQ(Shown(*OpenAll({log_, Copy("copy")}).value()).size(), 3U);
}

TEST_F(Copies, AttemptsOfOneRecorderInSeveralFoldersAddUp) {
  Witness(log_, "a").SawAll(1, 3).End();
  const fs::path copy = Copy("copy");
  Witness(copy, "a").SawAll(4, 5).End();
  fs::remove_all(copy / "a/0001");
  EXPECT_EQ(Shown(*OpenAll({log_, copy}).value()).size(), 5U);
}

TEST_F(Copies, OneAttemptWithTwoContentsIsRefusedByName) {
  Witness(log_, "a").SawAll(1, 3).End();
  Witness(folder_ / "other", "a").SawAll(1, 3).End();
  const auto reader = OpenAll({log_, folder_ / "other"});
  ASSERT_FALSE(reader);
  EXPECT_THAT(reader.error().what, HasSubstr("recorder 'a', attempt 0001, with different content"));
  EXPECT_THAT(reader.error().what, HasSubstr((folder_ / "other").string()));
}

TEST_F(Copies, ASegmentThatGrewInOneCopyIsRefused) {
  Witness(log_, "a").SawAll(1, 3).End();
  const fs::path copy = Copy("copy");
  fs::resize_file(copy / "a/0001/000001.sqlite",
                  fs::file_size(copy / "a/0001/000001.sqlite") + 16'384);
  const auto reader = OpenAll({log_, copy});
  ASSERT_FALSE(reader);
  EXPECT_THAT(reader.error().what, HasSubstr("segment 000001 has two sizes"));
}

TEST_F(Copies, LogsOfDifferentIdsAreReadAsOneAndNamed) {
  Witness(log_, "a").SawAll(1, 2).End();
  Witness(folder_ / "other", "b").SawAll(2, 3).End();
  const auto reader = OpenAll({log_, folder_ / "other"}).value();
  EXPECT_EQ(Shown(*reader).size(), 3U);
  EXPECT_THAT(reader->notes(), ElementsAre(HasSubstr("made as different logs")));
}

TEST_F(Copies, AFolderGivenTwiceIsRefused) {
  Witness(log_, "a").SawAll(1, 2).End();
  EXPECT_EQ(OpenAll({log_, log_ / "."}).error().code, ErrorCode::kUsage);
}

TEST_F(Copies, EachIsVerifiedByItself) {
  MakeSegments(3);
  const fs::path copy = Copy("copy");
  Lose(copy, "000002");
  const uint64_t segments = VerifyLog(log_).value().segments;
  const VerifyReport report = VerifyFolders({log_, copy}).value();
  EXPECT_EQ(report.segments, 2 * segments - 1);
  ASSERT_EQ(report.damages.size(), 1U);
  EXPECT_THAT(report.damages[0].file, HasSubstr(copy.string()));
}

}  // namespace
}  // namespace trafrec::store
