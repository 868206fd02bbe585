#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <map>

#include "tests/support/wait_until.h"
#include "tests/tools/captures.h"
#include "tests/tools/live_recording.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::RunningProcess;
using test_support::Trafrec;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

constexpr const char* kNone = "0000000000000000";
constexpr const char* kDacOverride = "0000000000000002";
constexpr uid_t kNobody = 65'534;

using Fields = std::map<std::string, std::string>;

/// /proc's status of each thread of a process, by the names of the lines.
std::vector<Fields> ThreadsOf(pid_t pid) {
  std::vector<Fields> threads;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    std::ifstream file(task.path() / "status");
    Fields fields;
    for (std::string line; std::getline(file, line);) {
      const size_t colon = line.find(':');
      const size_t begin = line.find_first_not_of(" \t", colon + 1);
      fields[line.substr(0, colon)] = begin == std::string::npos ? "" : line.substr(begin);
    }
    threads.push_back(std::move(fields));
  }
  return threads;
}

std::string Line(pid_t pid, const std::string& file, const std::string& start) {
  std::ifstream lines("/proc/" + std::to_string(pid) + "/" + file);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(start)) {
      return line;
    }
  }
  return {};
}

class Confinement : public LiveRecording {
 protected:
  void SetUp() override { std::filesystem::permissions(folder_.path(), kOpenToAll); }

  static constexpr auto kOpenToAll = static_cast<std::filesystem::perms>(0755);
};

/// Only root can become somebody else; in a user namespace of one user there is nobody else.
class OtherUser : public Confinement {
 protected:
  void SetUp() override {
    Confinement::SetUp();
    std::ifstream map("/proc/self/uid_map");
    uint64_t inside = 0;
    uint64_t outside = 0;
    uint64_t count = 0;
    map >> inside >> outside >> count;
    ASSERT_TRUE(geteuid() == 0 && count > kNobody)
        << "this test changes its user\ntry: run the tests as root";
  }
};

TEST_F(OtherUser, NoThreadHasARightLeft) {
  const auto recorder = Record(log_, {"--user", "nobody"});
  Curl({server_.url() + "/item"})->Finish();
  test_support::WaitUntil("it is stored", [&] { return WrittenBelow(log_) > 1; });
  const std::vector<Fields> threads = ThreadsOf(recorder->pid());
  EXPECT_GE(threads.size(), 6U);
  EXPECT_THAT(threads, Each(IsSupersetOf(Fields{{"CapEff", kNone},
                                                {"CapPrm", kNone},
                                                {"CapInh", kNone},
                                                {"CapBnd", kNone},
                                                {"CapAmb", kNone},
                                                {"NoNewPrivs", "1"},
                                                {"Seccomp", "2"},
                                                {"Uid", "65534\t65534\t65534\t65534"},
                                                {"Gid", "65534\t65534\t65534\t65534"},
                                                {"Groups", ""}})));
}

TEST_F(OtherUser, TheLeaderOfASessionLowersItWithoutARight) {
  RunningProcess recorder({"/usr/bin/setsid", TRAFREC_BINARY, "record", "-i", "lo", "-l", log_,
                           "--recorder", "test", "--user", "nobody", "--scheduling", "background"});
  recorder.WaitForError("recording on lo");
  test_support::WaitUntil("its session is nice", [&] {
    return !Line(recorder.pid(), "autogroup", "/autogroup").empty() &&
           Line(recorder.pid(), "autogroup", "/autogroup").ends_with("nice 19");
  });
}

TEST_F(OtherUser, AmbientCapabilitiesAreGivenUpToo) {
  RunningProcess recorder({"/usr/bin/setpriv", "--reuid", "nobody", "--regid", "nogroup",
                           "--clear-groups", "--inh-caps", "+net_raw", "--ambient-caps", "+net_raw",
                           "--", TRAFREC_BINARY, "record", "-i", "lo", "-l", log_});
  std::filesystem::permissions(folder_.path(), static_cast<std::filesystem::perms>(0777));
  recorder.WaitForError("recording on lo");
  EXPECT_THAT(ThreadsOf(recorder.pid()), Each(IsSupersetOf(Fields{{"CapEff", kNone},
                                                                  {"CapPrm", kNone},
                                                                  {"CapInh", kNone},
                                                                  {"CapAmb", kNone},
                                                                  {"NoNewPrivs", "1"},
                                                                  {"Seccomp", "2"}})));
}

TEST_F(OtherUser, MemoryIsKeptFromOtherProcesses) {
  const auto recorder = Record(log_, {"--user", "nobody"});
  EXPECT_THAT(Line(recorder->pid(), "limits", "Max core file size"),
              testing::ContainsRegex("size +0 +0 "));
  struct stat found{};
  ASSERT_EQ(stat(("/proc/" + std::to_string(recorder->pid()) + "/mem").c_str(), &found), 0);
  EXPECT_EQ(found.st_uid, 0U) << "the kernel would let the same user attach to it";
}

TEST_F(OtherUser, TheLogBelongsToTheUser) {
  const auto recorder = Record(log_, {"--user", "nobody", "--group", "daemon"});
  struct stat found{};
  ASSERT_EQ(stat((log_ + "/test/0001/000001.open").c_str(), &found), 0);
  EXPECT_EQ(found.st_uid, kNobody);
  EXPECT_EQ(found.st_gid, 1U);
}

TEST_F(OtherUser, ALogOfRootIsRefusedWithTheCommandThatHelps) {
  std::filesystem::create_directory(log_);
  const Outcome outcome = Trafrec({"record", "-i", "lo", "-l", log_, "--user", "nobody"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("nobody (uid 65534) may not write to " + log_),
                                 HasSubstr("belongs to root:root, mode 0755"),
                                 HasSubstr("sudo chown -R nobody:nogroup " + log_)));
}

TEST_F(OtherUser, AClosedFolderAboveTheLogIsNamed) {
  std::filesystem::permissions(folder_.path(), static_cast<std::filesystem::perms>(0700));
  const Outcome outcome = Trafrec({"record", "-i", "lo", "-l", log_, "--user", "nobody"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("a folder above it is closed to others"));
}

/// Keys are read by root; what is recorded with them is whole.
TEST_F(OtherUser, KeysThatOnlyRootCanReadAreUsed) {
  for (const char* kind : {"sign", "encrypt"}) {
    ASSERT_EQ(Trafrec({"keygen", "--for", kind, "--out", folder_ / kind}).exit_code, 0);
  }
  const auto recorder =
      Record(log_, {"--user", "nobody", "--sign", folder_ / "sign", "--encrypt-to",
                    folder_ / "encrypt.pub", "--redaction-key", folder_ / "redaction.key"});
  Curl({server_.url() + "/item?n=[1-3]", "-H", "Authorization: Basic eDp5"})->Finish();
  recorder->Signal(SIGTERM);
  EXPECT_EQ(recorder->Finish().exit_code, 0);
  EXPECT_EQ(Trafrec({"verify", log_, "--deep", "--trust-log", folder_ / "sign.pub", "--identity",
                     folder_ / "encrypt"})
                .exit_code,
            0);
}

TEST_F(OtherUser, AConfigFileThatTheUserCannotReadIsNamedAtTheStartAndAtAReload) {
  const std::string config = folder_.Write("recorder.toml", "[record]\nuser = \"nobody\"\n");
  std::filesystem::permissions(config, static_cast<std::filesystem::perms>(0600));
  const auto recorder = Record(log_, {"--config", config});
  recorder->WaitForError("cannot read the config file " + config);
  recorder->Signal(SIGHUP);
  recorder->WaitForError("the reload changed nothing:");
  recorder->WaitForError("let uid 65534 read it");
}

TEST_F(OtherUser, AnOrdinaryUserMayNotBecomeAnotherOne) {
  test_support::WriteSampleCapture(folder_ / "sample.pcap");
  const Outcome outcome =
      Trafrec({"record", "-r", folder_ / "sample.pcap", "-l", "/tmp/none", "--user", "daemon"},
              {.unprivileged = true});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("nobody (uid 65534) may not become daemon"),
                                 HasSubstr("CAP_SETUID"), HasSubstr("start as root")));
}

TEST_F(Confinement, RootWithoutAUserKeepsTheRightToWriteAnywhereAndNoOther) {
  const auto recorder = Record(log_);
  EXPECT_THAT(ThreadsOf(recorder->pid()), Each(IsSupersetOf(Fields{{"CapEff", kDacOverride},
                                                                   {"CapPrm", kDacOverride},
                                                                   {"CapBnd", kNone},
                                                                   {"CapAmb", kNone},
                                                                   {"NoNewPrivs", "1"},
                                                                   {"Seccomp", "2"}})));
}

TEST_F(Confinement, WithoutTheSandboxOnlyTheFilterIsMissing) {
  const auto recorder = Record(log_, {"--no-sandbox"});
  EXPECT_THAT(
      ThreadsOf(recorder->pid()),
      Each(IsSupersetOf(Fields{{"CapEff", kDacOverride}, {"NoNewPrivs", "1"}, {"Seccomp", "0"}})));
}

/// Each of them makes, seals, hashes, signs or deletes files in the steady state.
TEST_F(Confinement, RotationRetentionSealingAndRecoveryWorkUnderTheFilter) {
  ASSERT_EQ(Trafrec({"keygen", "--for", "sign", "--out", folder_ / "sign"}).exit_code, 0);
  {
    const auto killed = Record(log_);
    Curl({server_.url() + "/item?n=[1-3]"})->Finish();
    test_support::WaitUntil("it is stored", [&] { return WrittenBelow(log_) > 3; });
    killed->Signal(SIGKILL);
    killed->Finish();
  }
  const auto recorder =
      Record(log_, {"--rotate-age", "1s", "--rotate-bytes", "1MiB", "--retain-bytes", "4MiB",
                    "--durability", "full", "--sign", folder_ / "sign", "--compress", "none"});
  const auto exists = [&](const char* name) {
    return [path = log_ + name] { return std::filesystem::exists(path); };
  };
  test_support::WaitUntil("the killed one is sealed", exists("/test/0001/000001.sqlite"));
  Curl({server_.url() + "/large?n=[1-8]"})->Finish();
  recorder->Signal(SIGUSR1);
  test_support::WaitUntil("the oldest are deleted", [&] {
    return !std::filesystem::exists(log_ + "/test/0001/000001.sqlite") &&
           !std::filesystem::exists(log_ + "/test/0002/000001.sqlite");
  });
  recorder->Signal(SIGTERM);
  const Outcome outcome = recorder->Finish();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, Not(HasSubstr("note")));
  EXPECT_EQ(Trafrec({"verify", log_}).exit_code, 0);
}

TEST_F(Confinement, AUserThatDoesNotExistIsNamedWithTheNearestOne) {
  const Outcome outcome = Trafrec({"record", "-i", "lo", "-l", log_, "--user", "nobdy"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("there is no user 'nobdy'"), HasSubstr("'nobody'")));
  EXPECT_FALSE(std::filesystem::exists(log_));
}

TEST_F(Confinement, AGroupWithoutAUserIsRefused) {
  const Outcome outcome = Trafrec({"record", "-i", "lo", "-l", log_, "--group", "daemon"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--group is given without --user"));
}

}  // namespace
}  // namespace trafrec::tools
