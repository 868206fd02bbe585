#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <random>

#include "tests/support/capture_files.h"
#include "tests/support/wait_until.h"
#include "tests/tools/captures.h"
#include "tests/tools/live_recording.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::PcapWriter;
using test_support::SmallDisk;
using test_support::TcpConversation;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// 40 answers of a megabyte that does not compress.
void WriteLargeCapture(const std::filesystem::path& path) {
  std::mt19937_64 random(7);
  PcapWriter file(path);
  TcpConversation wire({.client = test_support::Ip("10.0.0.9", 50'000)});
  wire.Handshake();
  for (int n = 0; n < 40; ++n) {
    std::string body(size_t{1} << 20, '\0');
    std::ranges::generate(body, [&] { return static_cast<char>(random()); });
    wire.ClientSends("GET /large/" + std::to_string(n) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    wire.ServerSends("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                     "\r\n\r\n" + body);
    file.Write(wire.TakePackets());
  }
}

/// A log on a disk of 24 MB, with a small recording in it, and a job that is too large for the
/// rest.
class FullDiskOfAFileJob : public testing::Test {
 protected:
  void SetUp() override {
    test_support::WriteSampleCapture(folder_ / "sample.pcap");
    test_support::RecordInto(log_, folder_ / "sample.pcap");
    before_ = Trafrec({"export", log_}).out;
    WriteLargeCapture(folder_ / "large.pcap");
    outcome_ = Trafrec({"record", "-r", folder_ / "large.pcap", "-l", log_, "--recorder", "big"});
  }

  const TemporaryFolder folder_;
  const SmallDisk disk_{24};
  const std::string log_ = disk_.log();
  std::string before_;
  Outcome outcome_;
};

TEST_F(FullDiskOfAFileJob, EndsItWithOneAndNamesThingReasonAndRemedy) {
  EXPECT_EQ(outcome_.exit_code, 1);
  EXPECT_THAT(outcome_.err, AllOf(StartsWith("trafrec: "), HasSubstr(log_ + ": the disk is full"),
                                  HasSubstr("\ntry: free some space")));
}

TEST_F(FullDiskOfAFileJob, WhatFittedIsSealedAndWhole) {
  EXPECT_EQ(Trafrec({"verify", log_}).exit_code, 0);
  EXPECT_GE(Exported(log_, {"--target", "^/large/", "--complete"}).size(), 5U);
}

TEST_F(FullDiskOfAFileJob, EarlierRecordingsStayAsTheyWere) {
  EXPECT_EQ(Trafrec({"export", log_, "--target", "^/(hello|idx|missing|slow)"}).out, before_);
}

class FullDiskOfALiveRecording : public LiveRecording {
 protected:
  void SetUp() override {
    const auto recorder = Record(disk_.log(), {"--min-free", "0"});
    Curl({server_.url() + "/item?before=[1-5]"})->Finish();
    test_support::WaitUntil("it is written", [&] { return WrittenBelow(disk_.log()) > 5; });
    disk_.Fill(500'000);
    Curl({server_.url() + "/large?n=[1-3]"})->Finish();
    recorder->WaitForError("still counting what is lost");
    disk_.FreeWhatWasFilled();
    recorder->WaitForError("storing again");
    Curl({server_.url() + "/item?after=[1-5]"})->Finish();
    recorder->Signal(SIGINT);
    outcome_ = recorder->Finish();
  }

  const SmallDisk disk_{24};
  Outcome outcome_;
};

TEST_F(FullDiskOfALiveRecording, StoresAgainWhenThereIsRoom) {
  EXPECT_EQ(outcome_.exit_code, 0) << outcome_.err;
  EXPECT_EQ(Exported(disk_.log(), {"--complete", "--target", "before="}).size(), 5U);
  EXPECT_EQ(Exported(disk_.log(), {"--complete", "--target", "after="}).size(), 5U);
  EXPECT_EQ(Trafrec({"verify", disk_.log()}).exit_code, 0);
}

TEST_F(FullDiskOfALiveRecording, LeavesALossRowOfWhatWasNotStored) {
  const json losses = LastAttempt(disk_.log())["losses"];
  const auto full =
      std::ranges::find(losses, "disk_full", [](const json& row) { return row["cause"]; });
  ASSERT_NE(full, losses.end()) << losses;
  EXPECT_GT((*full)["bytes"].get<uint64_t>(), 0U);
}

class StopOnAFullDisk : public LiveRecording {
 protected:
  void SetUp() override {
    const auto recorder = Record(disk_.log(), {"--min-free", "0"});
    Curl({server_.url() + "/item?before=[1-5]"})->Finish();
    test_support::WaitUntil("it is written", [&] { return WrittenBelow(disk_.log()) > 5; });
    disk_.Fill(0);
    Curl({server_.url() + "/large?n=[1-3]"})->Finish();
    recorder->WaitForError("still counting what is lost");
    disk_.Fill(0);  // also what the recorder gave up for its end
    recorder->Signal(SIGINT);
    outcome_ = recorder->Finish();
  }

  const SmallDisk disk_{24};
  Outcome outcome_;
};

TEST_F(StopOnAFullDisk, TellsTheSummaryAndThenOnceWhatIsWrongAndTheRemedy) {
  EXPECT_EQ(outcome_.exit_code, 1);
  EXPECT_THAT(outcome_.out, HasSubstr("recorded "));
  const size_t last = outcome_.err.rfind("trafrec: cannot ");
  ASSERT_NE(last, std::string::npos) << outcome_.err;
  const std::string end = outcome_.err.substr(last);
  EXPECT_THAT(end, AllOf(HasSubstr("the disk is full"), HasSubstr("\ntry: free some space")));
  EXPECT_EQ(outcome_.err.find("storing again"), std::string::npos) << outcome_.err;
}

TEST_F(StopOnAFullDisk, NextRecordingFinishesTheLog) {
  disk_.FreeWhatWasFilled();
  const auto recorder = Record(disk_.log(), {"--min-free", "0"});
  Curl({server_.url() + "/item?after=[1-5]"})->Finish();
  recorder->Signal(SIGINT);
  EXPECT_EQ(recorder->Finish().exit_code, 0);
  EXPECT_EQ(Trafrec({"verify", disk_.log()}).exit_code, 0);
  EXPECT_EQ(Exported(disk_.log(), {"--complete", "--target", "before="}).size(), 5U);
  EXPECT_EQ(Exported(disk_.log(), {"--complete", "--target", "after="}).size(), 5U);
}

class NearlyFullDisk : public LiveRecording {
 protected:
  void SetUp() override {
    const auto recorder = Record(disk_.log());
    disk_.Fill(1'000'000);  // of a mark of 1.2 MB
    recorder->WaitForError("the disk is nearly full");
    Curl({server_.url() + "/item?while=[1-5]"})->Finish();
    Curl({"-X", "PUT", "-d", "1", server_.url() + "/created?while=[1-5]"})->Finish();
    test_support::WaitUntil("it is written", [&] { return WrittenBelow(disk_.log()) > 10; });
    disk_.FreeWhatWasFilled();
    recorder->WaitForError("storing everything again");
    Curl({server_.url() + "/item?after=[1-5]"})->Finish();
    recorder->Signal(SIGINT);
    EXPECT_EQ(recorder->Finish().exit_code, 0);
  }

  const SmallDisk disk_{24};
};

TEST_F(NearlyFullDisk, GivesUpBodiesOfAnswersToReadsFirst) {
  const auto saved = Exported(disk_.log(), {"--flag", "body_shed"});
  ASSERT_EQ(saved.size(), 5U) << json(saved).dump();
  for (const json& exchange : saved) {
    EXPECT_EQ(exchange["method"], "GET");
  }
  EXPECT_EQ(Exported(disk_.log(), {"--complete", "--method", "PUT"}).size(), 5U);
}

TEST_F(NearlyFullDisk, StoresEverythingAgainWhenThereIsRoom) {
  EXPECT_EQ(Exported(disk_.log(), {"--complete", "--target", "after="}).size(), 5U);
}

TEST_F(NearlyFullDisk, LossRowsCoverWhatWasGivenUp) {
  const json losses = LastAttempt(disk_.log())["losses"];
  EXPECT_TRUE(std::ranges::any_of(losses, [](const json& row) { return row["cause"] == "load"; }))
      << losses;
}

class UnfitDisk : public LiveRecording {
 protected:
  Outcome RecordInVain() const {
    return Trafrec({"record", "-i", "lo", "-l", disk_.log(), "--recorder", "test"});
  }

  const SmallDisk disk_{24};
};

TEST_F(UnfitDisk, WithoutRoomForTheReserveIsRefusedByName) {
  disk_.Fill(300'000);
  const Outcome outcome = RecordInVain();
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("cannot hold 1024 KiB in reserve"),
                                 HasSubstr("No space left"), HasSubstr("\ntry: free some space")));
}

TEST_F(UnfitDisk, ReadOnlyOneIsRefusedByName) {
  disk_.MakeReadOnly();
  const Outcome outcome = RecordInVain();
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr(disk_.log()), HasSubstr("Read-only file system"),
                                 HasSubstr("\ntry: choose a folder")));
}

TEST_F(UnfitDisk, LogOnOneThatBecameReadOnlyIsRefusedByName) {
  const auto recorder = Record(disk_.log());
  recorder->Signal(SIGINT);
  recorder->Finish();
  disk_.MakeReadOnly();
  const Outcome outcome = RecordInVain();
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr(disk_.log()), HasSubstr("Read-only file system"),
                                 HasSubstr("\ntry: record into a folder")));
}

}  // namespace
}  // namespace trafrec::tools
