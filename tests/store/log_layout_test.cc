#include "store/files/log_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "store/files/file_calls.h"
#include "store/files/recorder_lock.h"
#include "store/writer/log_writer.h"
#include "tests/store/log_fixture.h"

namespace trafrec::store {
namespace {

using testing::HasSubstr;

TEST(LogLayout, LogIsMadeWithItsParents) {
  const TemporaryFolder folder;
  const LogIdentity made = OpenOrMakeLog(folder / "a/b/log").value();
  EXPECT_EQ(made.log_id.size(), 32U);
  EXPECT_EQ(ReadLogIdentity(folder / "a/b/log")->log_id, made.log_id);
  EXPECT_EQ(OpenOrMakeLog(folder / "a/b/log")->log_id, made.log_id);
}

TEST(LogLayout, FolderWithOtherThingsIsNotALog) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "something";
  const auto log = OpenOrMakeLog(folder.path());
  ASSERT_FALSE(log.has_value());
  EXPECT_THAT(log.error().what, HasSubstr("is not a log"));
  EXPECT_FALSE(std::filesystem::exists(folder / "log.json"));
}

TEST(LogLayout, FileIsNotALog) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "something";
  EXPECT_THAT(OpenOrMakeLog(folder / "file").error().what, HasSubstr("is not a directory"));
  EXPECT_THAT(ReadLogIdentity(folder / "file").error().what, HasSubstr("is not a directory"));
}

TEST(LogLayout, MissingLogIsNotFoundByReaders) {
  const TemporaryFolder folder;
  EXPECT_EQ(ReadLogIdentity(folder / "none").error().code, ErrorCode::kNotFound);
}

TEST(LogLayout, NewerFormatIsRefusedByName) {
  const TemporaryFolder folder;
  std::ofstream(folder / "log.json") << R"({"format": 2, "log_id": "00"})";
  const auto log = ReadLogIdentity(folder.path());
  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(log.error().what, HasSubstr("format 2"));
}

TEST(LogLayout, RecorderNamesArePlain) {
  EXPECT_TRUE(IsRecorderName("web-1.example_a"));
  EXPECT_FALSE(IsRecorderName(""));
  EXPECT_FALSE(IsRecorderName("-web"));
  EXPECT_FALSE(IsRecorderName("Web"));
  EXPECT_FALSE(IsRecorderName("a/b"));
  EXPECT_FALSE(IsRecorderName(".."));
  EXPECT_FALSE(IsRecorderName(std::string(64, 'a')));
  EXPECT_TRUE(IsRecorderName(std::string(63, 'a')));
}

TEST(LogLayout, ImpossibleRecorderNameIsRefusedByTheWriter) {
  const TemporaryFolder folder;
  LogWriterOptions options = Finite(folder / "log");
  options.recorder = "../other";
  EXPECT_EQ(LogWriter::Open(options).error().code, ErrorCode::kUsage);
}

TEST(LogLayout, SegmentsAreListedByNumberWithTheirState) {
  const TemporaryFolder folder;
  for (const char* name : {"000002.sealing", "000010.open", "000001.sqlite", "000010.open-wal",
                           "reserve", "x.sqlite", "0001.sqlite"}) {
    std::ofstream(folder / name) << "";
  }
  const auto segments = ListSegments(folder.path()).value();
  ASSERT_EQ(segments.size(), 3U);
  EXPECT_EQ(segments[0].number, 1U);
  EXPECT_EQ(segments[0].state, SegmentState::kSealed);
  EXPECT_EQ(segments[1].state, SegmentState::kSealing);
  EXPECT_EQ(segments[2].number, 10U);
  EXPECT_EQ(segments[2].state, SegmentState::kOpen);
}

TEST(LogLayout, NetworkFileSystemsAreKnownByTheirMagicNumber) {
  EXPECT_EQ(NetworkFileSystemName(0x6969), "NFS");
  EXPECT_EQ(NetworkFileSystemName(0xFF534D42), "CIFS");
  EXPECT_EQ(NetworkFileSystemName(0xEF53), std::nullopt);      // ext4
  EXPECT_EQ(NetworkFileSystemName(0x01021994), std::nullopt);  // tmpfs
}

TEST(RecorderLock, NameInUseIsRefusedWithItsPid) {
  const TemporaryFolder folder;
  auto first = std::move(LogWriter::Open(Finite(folder / "log"))).value();
  const auto second = LogWriter::Open(Finite(folder / "log"));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kInUse);
  EXPECT_THAT(second.error().what, HasSubstr("process " + std::to_string(getpid())));
  EXPECT_EQ(HolderOfLock(folder.path() / "log/r")->pid, getpid());
  ASSERT_TRUE(first->Close(kBegin).has_value());
}

TEST(RecorderLock, AnotherNameIsWelcomeBesideIt) {
  const TemporaryFolder folder;
  auto first = std::move(LogWriter::Open(Finite(folder / "log"))).value();
  LogWriterOptions options = Finite(folder / "log");
  options.recorder = "other";
  auto second = std::move(LogWriter::Open(options)).value();
  ASSERT_TRUE(second->Close(kBegin).has_value());
  ASSERT_TRUE(first->Close(kBegin).has_value());
  EXPECT_THAT(ListRecorders(folder / "log").value(), testing::ElementsAre("other", "r"));
}

TEST(RecorderLock, NobodyHoldsItOnceTheWriterIsGone) {
  const TemporaryFolder folder;
  {
    auto writer = std::move(LogWriter::Open(Finite(folder / "log"))).value();
    ASSERT_TRUE(writer->Close(kBegin).has_value());
  }
  EXPECT_FALSE(HolderOfLock(folder.path() / "log/r").has_value());
}

/// Every disk is somebody else's.
class NfsCalls final : public FileCalls {
 public:
  NfsCalls() { UseFileCalls(this); }
  ~NfsCalls() override { UseFileCalls(nullptr); }
  int FileSystem(const char* /*path*/, struct statfs* found) override {
    found->f_type = 0x6969;
    return 0;
  }
};

TEST(LogLayout, LiveRecordingOntoANetworkFileSystemIsRefusedByName) {
  const TemporaryFolder folder;
  const NfsCalls calls;
  const auto opened = LogWriter::Open(Live(folder / "log"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(opened.error().what, HasSubstr("network file system (NFS)"));
  EXPECT_THAT(opened.error().remedy, HasSubstr("local disk"));
}

TEST(LogLayout, FilesMayBeRecordedOntoANetworkFileSystem) {
  const TemporaryFolder folder;
  const NfsCalls calls;
  EXPECT_TRUE(LogWriter::Open(Finite(folder / "log")).has_value());
}

}  // namespace
}  // namespace trafrec::store
