#include "control/control_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/temporary_folder.h"

namespace trafrec::control {
namespace {

using test_support::TemporaryFolder;
using testing::HasSubstr;

TEST(ControlFile, SaysWhatWasWritten) {
  const TemporaryFolder folder;
  ControlFile file = ThisProcess("/run/trafrec/a.sock");
  file.ended = 17;
  file.summary = "recorded 3 exchanges";
  ASSERT_TRUE(WriteControlFile(folder.path(), file));
  const auto read = ReadControlFile(folder.path());
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->socket, "/run/trafrec/a.sock");
  EXPECT_EQ(read->process, getpid());
  EXPECT_EQ(read->boot, file.boot);
  EXPECT_EQ(read->started, file.started);
  EXPECT_EQ(read->ended, 17);
  EXPECT_EQ(read->summary, "recorded 3 exchanges");
}

TEST(ControlFile, MissingOneIsNotFound) {
  const TemporaryFolder folder;
  const auto read = ReadControlFile(folder.path());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kNotFound);
}

TEST(ControlFile, GarbageIsNoControlFile) {
  const TemporaryFolder folder;
  for (const char* text : {"", "{", "[]", "7"}) {
    folder.Write(kControlFileName, text);
    const auto read = ReadControlFile(folder.path());
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt) << text;
  }
}

TEST(ControlFile, NewerOneIsRefusedByVersion) {
  const TemporaryFolder folder;
  folder.Write(kControlFileName, R"({"v":9,"socket":"/x"})");
  const auto read = ReadControlFile(folder.path());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(read.error().what, HasSubstr("version 9"));
}

TEST(ControlFile, WrongTypesAreTakenAsMissing) {
  const TemporaryFolder folder;
  folder.Write(kControlFileName, R"({"v":1,"socket":7,"pid":"x","ended_ns":{}})");
  const auto read = ReadControlFile(folder.path());
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->socket, "");
  EXPECT_EQ(read->process, 0);
  EXPECT_EQ(read->ended, 0);
}

}  // namespace
}  // namespace trafrec::control
