#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "tests/support/wait_until.h"
#include "tests/tools/live_recording.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::RunningProcess;
using test_support::RunningTrafrec;
using testing::AllOf;
using testing::HasSubstr;

/// A recorder that takes its options from a file, which changes.
class Reload : public LiveRecording {
 protected:
  void Configure(const std::string& options) const {
    std::ofstream(config_) << "[record]\nport = 9200\n" << options;
  }

  std::unique_ptr<RunningTrafrec> Start(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"record",     "-i",   "lo",       "-l",   log_,
                                          "--recorder", "test", "--config", config_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto recorder = std::make_unique<RunningTrafrec>(arguments);
    recorder->WaitForError("recording on lo");
    return recorder;
  }

  /// Ends it, and gives what it said.
  static std::string Said(RunningTrafrec& recorder) {
    recorder.Signal(SIGTERM);
    const Outcome outcome = recorder.Finish();
    EXPECT_EQ(outcome.exit_code, 0);
    return outcome.err;
  }

  const std::string config_ = folder_ / "recorder.toml";
};

TEST_F(Reload, TakesOverWhatTheLogMayTake) {
  Configure("");
  const auto recorder = Start();
  Curl({server_.url() + "/item"})->Finish();
  Configure("rotate-age = \"1s\"\nretain-bytes = \"1B\"\n");
  recorder->Signal(SIGHUP);
  recorder->WaitForError("reloaded " + config_ + ": retain-bytes 1B, rotate-age 1s\n");
  test_support::WaitUntil("the first segment is closed, and deleted", [&] {
    return std::filesystem::exists(log_ + "/test/0001/000001.manifest.json") &&
           !std::filesystem::exists(log_ + "/test/0001/000001.sqlite") &&
           !std::filesystem::exists(log_ + "/test/0001/000001.open");
  });
}

TEST_F(Reload, GoesBackToWhatHoldsWithoutTheOption) {
  Configure("rotate-bytes = \"4MiB\"\n");
  const auto recorder = Start();
  Configure("");
  recorder->Signal(SIGHUP);
  recorder->WaitForError("rotate-bytes as if not given\n");
}

TEST_F(Reload, NamesWhatTakesARestart) {
  Configure("rotate-bytes = \"4MiB\"\n");
  const auto recorder = Start();
  Configure("rotate-bytes = \"8MiB\"\nmemory = \"100MiB\"\nlevel = 3\n");
  recorder->Signal(SIGHUP);
  recorder->WaitForError(
      "rotate-bytes 8MiB; level, memory cannot be changed while recording: restart for them\n");
}

TEST_F(Reload, TakesOverAnotherFilter) {
  Configure("host = \"192.0.2.1\"\n");
  const auto recorder = Start();
  Curl({server_.url() + "/item"})->Finish();
  Configure("");
  recorder->Signal(SIGHUP);
  recorder->WaitForError("host as if not given\n");
  Curl({server_.url() + "/item"})->Finish();
  Said(*recorder);
  EXPECT_THAT(CompleteExchanges(log_), testing::SizeIs(1));
}

TEST_F(Reload, LeavesWhatTheCommandLineGave) {
  Configure("rotate-bytes = \"4MiB\"\n");
  const auto recorder = Start({"--rotate-bytes", "2MiB"});
  Configure("rotate-bytes = \"8MiB\"\n");
  recorder->Signal(SIGHUP);
  recorder->WaitForError("nothing to change\n");
}

struct BadFile {
  const char* name;
  const char* options;
  const char* said;

  friend void PrintTo(const BadFile& file, std::ostream* out) { *out << file.name; }
};

class BadReload : public Reload, public testing::WithParamInterface<BadFile> {};

TEST_P(BadReload, ChangesNothingAndSaysWhy) {
  Configure("rotate-bytes = \"4MiB\"\n");
  const auto recorder = Start();
  Configure(std::string("rotate-bytes = \"8MiB\"\n") + GetParam().options);
  recorder->Signal(SIGHUP);
  recorder->WaitForError("the reload changed nothing:");
  recorder->WaitForError(GetParam().said);
  Configure("rotate-bytes = \"4MiB\"\n");
  recorder->Signal(SIGHUP);
  recorder->WaitForError("nothing to change\n");
}

INSTANTIATE_TEST_SUITE_P(
    Reload, BadReload,
    testing::Values(
        BadFile{"unknown", "retain-byts = \"1GiB\"\n", "did you mean 'retain-bytes'?"},
        BadFile{"unit", "retain-bytes = \"3 parsecs\"\n", "--retain-bytes: '3 parsecs' is not"},
        BadFile{"fixed_unit", "memory = \"much\"\n", "--memory: 'much' is not a size"},
        BadFile{"filter", "filter = \"tcp portt 80\"\n", "portt"},
        BadFile{"choice", "durability = \"maybe\"\n", "'maybe' is none of normal, full"},
        BadFile{"contradiction", "keep-secrets = true\nredact-query = \"key\"\n",
                "--keep-secrets excludes"}),
    [](const auto& file) { return std::string(file.param.name); });

TEST_F(Reload, OfAFileThatIsGoneChangesNothing) {
  Configure("");
  const auto recorder = Start();
  std::filesystem::remove(config_);
  recorder->Signal(SIGHUP);
  recorder->WaitForError("cannot read the config file " + config_ + ": No such file");
}

TEST_F(Reload, UnderTrafficLosesNothing) {
  Configure("");
  const auto recorder = Start();
  for (size_t round = 1; round <= 10; ++round) {
    const auto client = Curl({"-Z", "--parallel-max", "8",
                              server_.url() + "/item?id=" + std::to_string(round) + "-[1-300]"});
    Configure("rotate-bytes = \"" + std::to_string(round) + "MiB\"\n");
    recorder->Signal(SIGHUP);
    recorder->WaitForError("reloaded ", round);
    EXPECT_EQ(client->Finish().exit_code, 0);
  }
  Said(*recorder);
  std::vector<std::string> served = server_.StopAndReadLog();
  std::vector<std::string> recorded = CompleteExchanges(log_);
  std::ranges::sort(served);
  std::ranges::sort(recorded);
  EXPECT_EQ(served.size(), 3'000U);
  EXPECT_EQ(recorded, served);
}

TEST_F(Reload, AStormOfSignalsEndsInOneThatCounts) {
  Configure("");
  const auto recorder = Start();
  for (int i = 0; i < 1'000; ++i) {
    recorder->Signal(SIGHUP);
  }
  Configure("rotate-bytes = \"7MiB\"\n");
  recorder->Signal(SIGHUP);
  recorder->WaitForError("rotate-bytes 7MiB\n");
}

/// Of old SIGHUP says that the terminal is gone: then nobody is there who would end it.
TEST_F(LiveRecording, ATerminalThatIsGoneEndsIt) {
  RunningProcess terminal({"/usr/bin/script", "-qec",
                           std::string(TRAFREC_BINARY) + " record -i lo --recorder test -l " + log_,
                           "/dev/null"});
  terminal.WaitForOutput("recording on lo");
  terminal.Signal(SIGKILL);
  test_support::WaitUntil("it is sealed", [&] {
    return std::filesystem::exists(log_ + "/test/0001/000001.manifest.json");
  });
}

TEST_F(LiveRecording, AWrongUnitIsRefusedBeforeAnythingIsOpened) {
  std::ofstream(folder_ / "recorder.toml") << "memory = \"12 parsecs\"\n";
  const Outcome outcome = test_support::Trafrec(
      {"record", "-i", "lo", "-l", log_, "--config", folder_ / "recorder.toml"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("--memory: '12 parsecs' is not a size"), HasSubstr("64MiB")));
  EXPECT_FALSE(std::filesystem::exists(log_));
}

}  // namespace
}  // namespace trafrec::tools
