#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

// commit and verify as a person meets them; what they decide is tested in tests/store.

namespace trafrec::tools {
namespace {

namespace fs = std::filesystem;
using test_support::Outcome;
using test_support::Shell;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::HasSubstr;
using testing::StartsWith;

class CommitCommand : public testing::Test {
 protected:
  CommitCommand() {
    test_support::WriteSampleCapture(capture_);
    test_support::RecordInto(log_, capture_);
  }

  Outcome Commit(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"commit", log_});
    return Trafrec(more);
  }
  nlohmann::json Job() const {
    return nlohmann::json::parse(Commit({"--json"}).out).at("summary").at("job");
  }
  std::string MakeKey(const std::string& name) const {
    std::string key = folder_ / name;
    EXPECT_EQ(Trafrec({"keygen", "--for", "sign", "--out", key}).exit_code, 0);
    return key;
  }

  const TemporaryFolder folder_;
  const std::string capture_ = folder_ / "sample.pcap";
  const std::string log_ = folder_ / "log";
};

TEST_F(CommitCommand, SaysWhatTheLogConsistsOf) {
  const Outcome outcome = Commit();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("committed " + log_ + ": 4 exchanges in 1 attempt\n"));
  EXPECT_THAT(outcome.out, HasSubstr("test-0001  finished, 4 exchanges in 1 segment"));
  EXPECT_THAT(Commit().out, StartsWith("nothing new in "));
}

TEST_F(CommitCommand, JsonHoldsTheSummaryAsItIsOnDisk) {
  const auto json = nlohmann::json::parse(Commit({"--json"}).out);
  EXPECT_EQ(json["committed"], true);
  std::ifstream file(fs::path(log_) / "_SUMMARY.json");
  EXPECT_EQ(json["summary"], nlohmann::json::parse(file));
}

TEST_F(CommitCommand, OneFileReadTwiceCountsOnce) {
  test_support::RecordInto(log_, capture_);
  EXPECT_EQ(Job()["discarded"], 1);
  EXPECT_EQ(Job()["counts"]["exchanges"], 4);
}

TEST_F(CommitCommand, FileThatChangedBetweenCountsTwice) {
  fs::last_write_time(capture_, fs::last_write_time(capture_) + std::chrono::seconds(1));
  test_support::RecordInto(log_, capture_);
  EXPECT_EQ(Job()["discarded"], 0);
  EXPECT_EQ(Job()["counts"]["exchanges"], 8);
}

TEST_F(CommitCommand, OneFileReadWithOtherRedactionIsNotTheSameJob) {
  ASSERT_EQ(Trafrec({"record", "-r", capture_, "-l", log_, "--recorder", "test", "--quiet",
                     "--keep-secrets"})
                .exit_code,
            0);
  EXPECT_EQ(Job()["discarded"], 0);
}

TEST_F(CommitCommand, PipesAreNeverTakenForTheSame) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Shell("trafrec record --recorder pipe -r - -l " + log_ + " <" + capture_).exit_code,
              0);
  }
  EXPECT_EQ(Job()["discarded"], 0);
}

TEST_F(CommitCommand, DamageIsNamedAndFails) {
  fs::remove(fs::path(log_) / "test" / "0001" / "000001.sqlite");
  const Outcome outcome = Commit();
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("test/0001/000001.sqlite: this segment is missing"));
  EXPECT_THAT(outcome.out, HasSubstr("not committed: 1 damage"));
}

TEST_F(CommitCommand, SignedLogIsProvedByThePublicKeyAlone) {
  const std::string key = MakeKey("sign.key");
  EXPECT_EQ(Commit({"--sign", key}).exit_code, 0);
  const Outcome proved = Trafrec({"verify", log_, "--trust-log", key + ".pub"});
  EXPECT_EQ(proved.exit_code, 0) << proved.out;
  const Outcome doubted = Trafrec({"verify", log_, "--trust-log", MakeKey("other.key") + ".pub"});
  EXPECT_EQ(doubted.exit_code, 1);
  EXPECT_THAT(doubted.out, HasSubstr("which is not among those trusted"));
}

TEST_F(CommitCommand, RecorderSignsItsManifests) {
  const std::string key = MakeKey("sign.key");
  const std::string log = folder_ / "signed";
  EXPECT_EQ(Trafrec({"record", "-r", capture_, "-l", log, "--sign", key}).exit_code, 0);
  EXPECT_EQ(Trafrec({"verify", log, "--trust-log", key + ".pub", "--quiet"}).exit_code, 0);
}

TEST_F(CommitCommand, PublicKeyCannotSign) {
  const Outcome outcome = Commit({"--sign", MakeKey("sign.key") + ".pub"});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("sign.key.pub"));
}

TEST_F(CommitCommand, EmptySummaryIsAnErrorThatNamesTheWayOut) {
  std::ofstream(fs::path(log_) / "_SUMMARY.json");
  const Outcome outcome = Trafrec({"show", log_});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("_SUMMARY.json: it is empty"));
  EXPECT_THAT(outcome.err, HasSubstr("try: trafrec commit LOG"));
}

TEST_F(CommitCommand, RetentionIsForLiveRecordings) {
  const Outcome outcome = Trafrec({"record", "-r", capture_, "-l", log_, "--retain-bytes", "1GiB"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--retain-bytes and --retain-age are for live recordings"));
}

TEST_F(CommitCommand, LogThatDoesNotExistIsNamed) {
  const Outcome outcome = Trafrec({"commit", folder_ / "nowhere"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("there is no log"));
}

}  // namespace
}  // namespace trafrec::tools
