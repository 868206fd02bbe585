#include "store/commit/commit.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "store/files/log_layout.h"
#include "store/manifest/manifest_files.h"
#include "tests/store/chain_fixture.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Commit : public testing::Test {
 protected:
  CommitReport Run(const std::function<void(CommitOptions&)>& change = [](CommitOptions&) {}) {
    CommitOptions options;
    options.log = log_;
    options.version = "test";
    change(options);
    auto report = CommitLog(options);
    EXPECT_TRUE(report) << report.error().what;
    return report ? *std::move(report) : CommitReport{};
  }
  CommitReport RunWith(Cleanup cleanup) {
    return Run([&](CommitOptions& options) { options.cleanup = cleanup; });
  }
  static std::vector<std::string> StatesOf(const CommitReport& report) {
    std::vector<std::string> states;
    for (const AttemptSummary& attempt : report.summary.attempts) {
      states.emplace_back(AttemptStateName(attempt.state));
    }
    return states;
  }
  LogWriterOptions Job(const std::string& job) const {
    LogWriterOptions options = Finite(log_);
    options.job = job;
    return options;
  }
  /// A finite job that was killed: its writer goes away without Close.
  void LeaveUnfinished() {
    auto writer = LogWriter::Open(Finite(log_)).value();
    PutExchanges(*writer, 1, 3);
    writer->Drain();
  }
  /// A live attempt whose process died: its lock is gone, its segment still open.
  void LeaveCrashed() {
    auto writer = LogWriter::Open(Live(log_)).value();
    PutExchanges(*writer, 1, 3);
    writer->Drain();
  }
  std::string SummaryText() const { return ContentOf(log_ / kSummaryName); }

  TemporaryFolder folder_;
  const fs::path log_ = folder_ / "log";
};

TEST_F(Commit, SummaryHasTheSumsOfTheLogAndOfEachAttempt) {
  MakeSegments(Finite(log_), 3);
  MakeSegments(Finite(log_), 2);
  const CommitReport report = Run();
  EXPECT_TRUE(report.committed);
  const auto json = nlohmann::json::parse(SummaryText());
  EXPECT_EQ(json["job"]["attempts"], 2);
  EXPECT_EQ(json["job"]["segments"], 5);
  EXPECT_EQ(json["job"]["counts"]["exchanges"], 5);
  EXPECT_EQ(json["attempts"][0]["counts"]["exchanges"], 3);
  EXPECT_EQ(json["attempts"][1]["head"]["segment"], 2);
  EXPECT_TRUE(json["durations_ns"].contains("validate"));
  EXPECT_TRUE(json["attempts"][0]["durations_ns"].contains("recorded"));
}

TEST_F(Commit, SecondCommitChangesNothing) {
  MakeSegments(Finite(log_), 2);
  Run();
  const std::string before = SummaryText();
  const CommitReport again = Run();
  EXPECT_TRUE(again.committed);
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(SummaryText(), before);
}

TEST_F(Commit, CrashedLiveAttemptIsRecoveredAndCounts) {
  LeaveCrashed();
  const CommitReport report = Run();
  EXPECT_THAT(StatesOf(report), ElementsAre("crashed"));
  EXPECT_EQ(report.summary.attempts[0].counts.exchanges, 3U);
  EXPECT_EQ(report.summary.attempts[0].losses.back().cause, LossCause::kCrash);
  EXPECT_EQ(ProblemsOf(log_), "");
}

TEST_F(Commit, UnfinishedFiniteJobDoesNotCount) {
  LeaveUnfinished();
  MakeSegments(Finite(log_), 2);
  const CommitReport report = Run();
  EXPECT_THAT(StatesOf(report), ElementsAre("discarded", "finished"));
  EXPECT_EQ(report.summary.attempts[0].why, "it did not finish");
  EXPECT_EQ(Numbers(*OpenReader(log_)).size(), 2U);
}

TEST_F(Commit, OfTwoAttemptsOfOneJobTheFirstCounts) {
  MakeSegments(Job("a.pcap"), 2);
  MakeSegments(Job("a.pcap"), 2);
  EXPECT_EQ(Numbers(*OpenReader(log_)).size(), 4U);
  EXPECT_THAT(StatesOf(Run()), ElementsAre("finished", "discarded"));
  EXPECT_EQ(Numbers(*OpenReader(log_)).size(), 2U);
  EXPECT_EQ(ProblemsOf(log_), "");
}

TEST_F(Commit, OfTwoAttemptsOfOneJobTheWholeOneCounts) {
  MakeSegments(Job("a.pcap"), 2);
  MakeSegments(Job("a.pcap"), 2);
  fs::remove(SegmentIn(log_, 1, 1));
  const CommitReport report = Run();
  EXPECT_TRUE(report.committed);
  EXPECT_THAT(StatesOf(report), ElementsAre("discarded", "finished"));
  EXPECT_THAT(report.summary.attempts[0].failures.front(), HasSubstr("this segment is missing"));
}

TEST_F(Commit, TwoJobsBothCount) {
  MakeSegments(Job("a.pcap"), 1);
  MakeSegments(Job("b.pcap"), 1);
  EXPECT_THAT(StatesOf(Run()), ElementsAre("finished", "finished"));
}

TEST_F(Commit, JobsThatNobodyCanTellApartAllCount) {
  MakeSegments(Job(""), 1);
  MakeSegments(Job(""), 1);
  EXPECT_THAT(StatesOf(Run()), ElementsAre("finished", "finished"));
}

TEST_F(Commit, RunningRecorderCountsAsFarAsItHasSealed) {
  MakeSegments(Finite(log_), 1);
  auto writer = LogWriter::Open(Live(log_)).value();
  PutExchanges(*writer, 1, 3);
  writer->Drain();
  const CommitReport report = Run();
  EXPECT_THAT(StatesOf(report), ElementsAre("finished", "running"));
  EXPECT_EQ(report.summary.attempts[1].segments, 0U);
  ASSERT_TRUE(writer->Close(TimeOf(4)));
  EXPECT_EQ(ProblemsOf(log_), "");
}

TEST_F(Commit, MissingManifestsAreMade) {
  MakeSegments(Finite(log_), 2);
  RemoveManifests(log_);
  EXPECT_TRUE(Run().committed);
  EXPECT_EQ(Verified(log_).manifests, 2U);
}

TEST_F(Commit, DamagedLogIsNotCommitted) {
  MakeSegments(Finite(log_), 3);
  fs::remove(SegmentIn(log_, 2));
  const CommitReport report = Run();
  EXPECT_FALSE(report.committed);
  ASSERT_EQ(report.damages.size(), 1U);
  EXPECT_THAT(report.damages[0].what, HasSubstr("this segment is missing"));
  EXPECT_FALSE(fs::exists(log_ / kSummaryName));
}

TEST_F(Commit, AlteredByteIsFoundWhenBytesAreVerified) {
  MakeSegments(Finite(log_), 1);
  std::string content = ContentOf(SegmentIn(log_, 1));
  content[20'000] ^= 1;
  PutContent(SegmentIn(log_, 1), content);
  EXPECT_FALSE(Run([](CommitOptions& options) { options.verify_bytes = true; }).committed);
}

TEST_F(Commit, EmptySummaryIsWrittenAnew) {
  MakeSegments(Finite(log_), 1);
  PutContent(log_ / kSummaryName, "");
  const CommitReport report = Run();
  EXPECT_TRUE(report.changed);
  EXPECT_THAT(report.notes.front().what, HasSubstr("it is empty"));
  EXPECT_EQ(ProblemsOf(log_), "");
}

TEST_F(Commit, EmptySummaryIsAnErrorToReaders) {
  MakeSegments(Finite(log_), 1);
  PutContent(log_ / kSummaryName, "");
  const auto attempts = OpenReader(log_)->Attempts();
  ASSERT_FALSE(attempts);
  EXPECT_THAT(attempts.error().what, HasSubstr("_SUMMARY.json: it is empty"));
  EXPECT_THAT(attempts.error().remedy, HasSubstr("trafrec commit"));
}

TEST_F(Commit, EmptySummaryIsADamageToVerify) {
  MakeSegments(Finite(log_), 1);
  PutContent(log_ / kSummaryName, "");
  EXPECT_THAT(ProblemsOf(log_), HasSubstr("_SUMMARY.json: "));
}

TEST_F(Commit, SummaryOfACrashUnderItsTemporaryNameIsIgnored) {
  MakeSegments(Finite(log_), 1);
  PutContent(log_ / "._SUMMARY.json.1.tmp", "{");
  EXPECT_EQ(ProblemsOf(log_), "");
  EXPECT_TRUE(Run().committed);
}

TEST_F(Commit, SecondCommitAtATimeIsRefused) {
  MakeSegments(Finite(log_), 1);
  const int other = open((log_ / "log.json").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(flock(other, LOCK_EX), 0);
  CommitOptions options;
  options.log = log_;
  const auto report = CommitLog(options);
  close(other);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kInUse);
}

TEST_F(Commit, AttemptThatIsGoneAfterCommitIsMissing) {
  MakeSegments(Finite(log_), 1);
  MakeSegments(Finite(log_), 1);
  Run();
  fs::remove_all(AttemptIn(log_, 2));
  EXPECT_THAT(ProblemsOf(log_),
              HasSubstr("r/0002: this attempt is missing, but the summary has it"));
}

TEST_F(Commit, ChainThatWasCutAndGivenANewHeadIsFoundByTheSummary) {
  MakeSegments(Finite(log_), 3);
  Run();
  fs::remove(SegmentIn(log_, 3));
  fs::remove(ManifestIn(log_, 3));
  ASSERT_TRUE(
      WriteHead(AttemptIn(log_), {2, ReadManifest(AttemptIn(log_), 2).value().document.hash()}));
  EXPECT_THAT(ProblemsOf(log_), HasSubstr("the summary names its manifest 000003"));
}

TEST_F(Commit, CleanupKeepLeavesTheFiles) {
  LeaveUnfinished();
  const auto before = FileNames(log_, 1);
  RunWith(Cleanup::kKeep);
  EXPECT_EQ(FileNames(log_, 1), before);
}

TEST_F(Commit, CleanupTrashMovesTheFiles) {
  LeaveUnfinished();
  const auto before = FileNames(log_, 1);
  const CommitReport report = RunWith(Cleanup::kTrash);
  EXPECT_EQ(report.cleaned.files, before.size());
  EXPECT_THAT(FileNames(log_, 1), ElementsAre("discarded.json"));
  for (const std::string& name : before) {
    EXPECT_TRUE(fs::exists(log_ / "_trash" / "r" / "0001" / name)) << name;
  }
  EXPECT_EQ(ProblemsOf(log_), "");
}

TEST_F(Commit, CleanupDeleteRemovesTheFiles) {
  LeaveUnfinished();
  RunWith(Cleanup::kDelete);
  EXPECT_THAT(FileNames(log_, 1), ElementsAre("discarded.json"));
  EXPECT_FALSE(RunWith(Cleanup::kDelete).changed);
}

TEST_F(Commit, CleanupThatACrashInterruptedIsCompleted) {
  LeaveUnfinished();
  Run();
  PutContent(AttemptIn(log_) / kDiscardedName, "{}");
  EXPECT_GT(RunWith(Cleanup::kDelete).cleaned.files, 0U);
  EXPECT_THAT(FileNames(log_, 1), ElementsAre("discarded.json"));
}

TEST_F(Commit, NumberOfADiscardedAttemptIsNeverUsedAgain) {
  LeaveUnfinished();
  RunWith(Cleanup::kDelete);
  MakeSegments(Finite(log_), 1);
  EXPECT_TRUE(fs::exists(SegmentIn(log_, 1, 2)));
  EXPECT_THAT(StatesOf(Run()), ElementsAre("discarded", "finished"));
}

TEST_F(Commit, KeySignsSummaryAndManifests) {
  MakeSegments(Finite(log_), 2);
  const auto key = std::make_shared<crypto::SigningKey>(crypto::SigningKey::Generate());
  Run();
  EXPECT_TRUE(Run([&](CommitOptions& options) { options.signing_key = key; }).changed);
  EXPECT_EQ(ProblemsOf(log_, {.trusted = {key->verify_key()}}), "");
}

TEST_F(Commit, SummaryWithoutSignatureIsNamed) {
  LogWriterOptions options = Finite(log_);
  const auto key = std::make_shared<crypto::SigningKey>(crypto::SigningKey::Generate());
  options.signing_key = key;
  MakeSegments(options, 1);
  Run();
  EXPECT_EQ(ProblemsOf(log_, {.trusted = {key->verify_key()}}),
            "_SUMMARY.json: it is not signed\n");
}

TEST_F(Commit, DeletedSegmentsCountAsDeleted) {
  MakeSegments(Finite(log_), 3);
  ASSERT_EQ(ApplyRetention(log_ / "r", {.bytes_max = 1}, kBegin, nullptr).value(), 3U);
  const CommitReport report = Run();
  EXPECT_TRUE(report.committed);
  EXPECT_EQ(report.summary.attempts[0].deleted_segments, 3U);
  EXPECT_EQ(report.summary.attempts[0].counts.exchanges, 3U);
}

TEST_F(Commit, EmptyLogHasASummaryToo) {
  ASSERT_TRUE(OpenOrMakeLog(log_));
  const CommitReport report = Run();
  EXPECT_TRUE(report.committed);
  EXPECT_THAT(report.summary.attempts, IsEmpty());
}

}  // namespace
}  // namespace trafrec::store
