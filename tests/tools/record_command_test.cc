#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/capture_files.h"
#include "tests/support/encapsulations.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wait_until.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::PcapWriter;
using test_support::RunningTrafrec;
using test_support::Shell;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using test_support::WaitUntil;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class RecordCommand : public testing::Test {
 protected:
  void SetUp() override { test_support::WriteSampleCapture(capture_); }

  Outcome Record(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"record", "-r", capture_, "-l", log_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Trafrec(arguments);
  }

  const TemporaryFolder folder_;
  const std::string capture_ = folder_ / "sample.pcap";
  const std::string log_ = folder_ / "log";
};

TEST_F(RecordCommand, SaysWhatItRecordedAndWhatToTypeNext) {
  const Outcome outcome = Record();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(StartsWith("recorded 4 exchanges"), HasSubstr("packets in "),
                                 HasSubstr("next: trafrec show " + log_ + "\n")));
  EXPECT_EQ(outcome.err, "");
}

TEST_F(RecordCommand, QuietSaysNothing) {
  const Outcome outcome = Record({"--quiet"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out + outcome.err, "");
}

TEST_F(RecordCommand, JsonIsOneObjectWithTheCounters) {
  const auto json = nlohmann::json::parse(Record({"--json"}).out);
  EXPECT_EQ(json["exchanges"], 4);
  EXPECT_EQ(json["counters"]["packets.received"], json["packets"]);
  EXPECT_THAT(json["broken_sums"], IsEmpty());
}

TEST_F(RecordCommand, WithoutASourceItIsAUsageErrorWithAnExample) {
  const Outcome outcome = Trafrec({"record", "-l", log_});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(StartsWith("trafrec: nothing to record from"),
                                 HasSubstr("try: trafrec record -i any")));
}

TEST_F(RecordCommand, TwoSourcesExcludeEachOther) { EXPECT_EQ(Record({"-i", "lo"}).exit_code, 2); }

TEST_F(RecordCommand, WithoutALogItIsAUsageError) {
  const Outcome outcome = Trafrec({"record", "-r", capture_});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("-l LOG"));
}

TEST_F(RecordCommand, AFileThatDoesNotExistIsNamed) {
  const Outcome outcome = Trafrec({"record", "-r", folder_ / "none.pcap", "-l", log_});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("none.pcap"), HasSubstr("No such file")));
}

TEST_F(RecordCommand, ADirectoryIsNoCapture) {
  const Outcome outcome = Trafrec({"record", "-r", folder_.path().string(), "-l", log_});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("directory"));
}

TEST_F(RecordCommand, AFileThatIsNoCaptureIsRefused) {
  std::ofstream(folder_ / "text") << "this is no capture, but a text\n";
  const Outcome outcome = Trafrec({"record", "-r", folder_ / "text", "-l", log_});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, AllOf(StartsWith("trafrec: "), HasSubstr("text")));
  EXPECT_FALSE(std::filesystem::exists(log_)) << "a log was made for nothing";
}

TEST_F(RecordCommand, AnUnreadableFileIsAMatterOfRights) {
  chmod(folder_.path().c_str(), 0755);
  chmod(capture_.c_str(), 0);
  const Outcome outcome = Trafrec({"record", "-r", capture_, "-l", log_}, {.unprivileged = true});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("Permission denied"));
}

TEST_F(RecordCommand, AnEmptyCaptureMakesAnEmptyLogAndAWarning) {
  {
    PcapWriter empty(capture_);
  }
  const Outcome outcome = Record();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out + outcome.err, HasSubstr("no packet came"));
  const Outcome shown = Trafrec({"export", log_});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_EQ(shown.out, "");
}

TEST_F(RecordCommand, AnEmptyCaptureWarnsEvenWhenQuiet) {
  {
    PcapWriter empty(capture_);
  }
  EXPECT_THAT(Record({"--quiet"}).err, HasSubstr("no packet came"));
}

TEST_F(RecordCommand, AnUnknownLinkTypeIsNoReasonToStop) {
  {
    PcapWriter odd(capture_, {.link_type = 147});
    test_support::TcpConversation wire;
    wire.Handshake();
    odd.Write(wire.Packets());
  }
  const Outcome outcome = Record();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(Trafrec({"stats", log_}).out, HasSubstr("packets.ignored.unknown_link_type"));
}

TEST_F(RecordCommand, StandardInputIsAFileToo) {
  const Outcome outcome = Trafrec({"record", "-r", "-", "-l", log_}, {.input = capture_});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("recorded 4 exchanges"));
}

TEST_F(RecordCommand, ABadFilterIsShownWithLibpcapsWords) {
  const Outcome outcome = Record({"--filter", "port eighty and"});
  EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("port eighty and"));
}

TEST_F(RecordCommand, APortFilterLeavesOutTheRest) {
  const Outcome outcome = Record({"--port", "80"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, AllOf(StartsWith("recorded 0 exchanges"), HasSubstr("no packet came")));
}

TEST_F(RecordCommand, APortIsChosenInATunnelOfAFileToo) {
  const auto in_tunnel = [](test_support::ByteVector packet) {
    return test_support::Ethernet(test_support::Geneve(7, packet, test_support::kEtherTypeIpv4));
  };
  {
    PcapWriter file(capture_);
    for (const uint16_t port : {uint16_t{9200}, uint16_t{9300}}) {
      test_support::TcpConversation wire(
          {.server = test_support::Ip("10.0.0.2", port), .frame = in_tunnel});
      wire.Handshake().ClientSends("GET /" + std::to_string(port) + " HTTP/1.1\r\nHost: a\r\n\r\n");
      wire.ServerSends("HTTP/1.1 204 No Content\r\n\r\n").Close();
      file.Write(wire.Packets());
    }
  }
  const auto json = nlohmann::json::parse(Record({"--port", "9200", "--json"}).out);
  EXPECT_EQ(json["exchanges"], 1);
  EXPECT_EQ(json["incomplete"], 0);
  EXPECT_THAT(json["losses"], IsEmpty());
  EXPECT_EQ(json["counters"]["packets.tcp"], json["counters"]["packets.ignored.other_port"]);
  EXPECT_THAT(Trafrec({"export", log_}).out, HasSubstr("/9200"));
}

TEST_F(RecordCommand, BadSizesAndNamesAreUsageErrors) {
  for (const auto& [option, value] :
       std::vector<std::pair<std::string, std::string>>{{"--ring", "many"},
                                                        {"--memory", "-1"},
                                                        {"--memory", "64KiB"},
                                                        {"--rotate-age", "1"},
                                                        {"--level", "99"},
                                                        {"--port", "70000"},
                                                        {"--compress", "lzma"},
                                                        {"--checksums", "maybe"},
                                                        {"--recorder", "No Such/Name"}}) {
    const std::vector<std::string> source = option == "--ring"
                                                ? std::vector<std::string>{"-i", "lo"}
                                                : std::vector<std::string>{"-r", capture_};
    std::vector<std::string> arguments = {"record", "-l", log_, option, value};
    arguments.insert(arguments.end(), source.begin(), source.end());
    const Outcome outcome = Trafrec(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << option << ": " << outcome.err;
    EXPECT_THAT(outcome.err, StartsWith("trafrec: ")) << option;
  }
}

TEST_F(RecordCommand, AMisspeltOptionNamesTheNearest) {
  const Outcome outcome = Record({"--prot", "80"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("there is no option --prot"), HasSubstr("did you mean --port?")));
}

TEST_F(RecordCommand, AnInterfaceThatDoesNotExistListsThoseThatDo) {
  const Outcome outcome = Trafrec({"record", "-i", "nosuch0", "-l", log_});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("nosuch0"), HasSubstr("lo")));
}

TEST_F(RecordCommand, WithoutTheRightToCaptureTheRemedyIsNamed) {
  chmod(folder_.path().c_str(), 0777);
  const Outcome outcome = Trafrec({"record", "-i", "lo", "-l", log_}, {.unprivileged = true});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("CAP_NET_RAW"), HasSubstr("setcap")));
}

TEST_F(RecordCommand, ADirectoryThatIsNoLogIsNotWrittenTo) {
  std::filesystem::create_directory(log_);
  std::ofstream(log_ + "/letter.txt") << "dear reader\n";
  const Outcome outcome = Record();
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr(log_));
  EXPECT_FALSE(std::filesystem::exists(log_ + "/log.json"));
}

TEST_F(RecordCommand, ErrorsAreJsonWhereJsonIsAsked) {
  const Outcome outcome = Trafrec({"record", "-r", folder_ / "none.pcap", "-l", log_, "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(nlohmann::json::parse(outcome.err)["error"]["code"], "not_found");
}

TEST_F(RecordCommand, CtrlCOfAFileJobSealsAndExitsWith130) {
  // The capture comes through a pipe that stays open, so that the job is still reading.
  const std::string fifo = folder_ / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  RunningTrafrec job({"record", "-r", fifo, "-l", log_});
  std::ofstream pipe(fifo, std::ios::binary);
  pipe << std::ifstream(capture_, std::ios::binary).rdbuf() << std::flush;
  WaitUntil("the log is there", [&] { return std::filesystem::exists(log_ + "/log.json"); });
  job.Signal(SIGINT);
  job.WaitForError("stopping: ");
  pipe.close();
  const Outcome outcome = job.Finish();
  EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
  EXPECT_EQ(Trafrec({"verify", log_}).exit_code, 0);
}

TEST_F(RecordCommand, TwoRunsOverOneCaptureExportTheSameBytes) {
  const std::string other = folder_ / "other";
  test_support::RecordInto(log_, capture_);
  test_support::RecordInto(other, capture_);
  const std::string first = Trafrec({"export", log_}).out;
  EXPECT_THAT(first, Not(IsEmpty()));
  EXPECT_EQ(first, Trafrec({"export", other}).out);
}

TEST_F(RecordCommand, AConfigFileSetsWhatTheCommandLineLeavesOut) {
  std::ofstream(folder_ / "config.toml")
      << "recorder = \"fromfile\"\n[record]\nquiet = true\nport = [9200, 80]\n";
  const Outcome outcome = Record({"--config", folder_ / "config.toml"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(Trafrec({"show", log_}).out, HasSubstr(" fromfile-0001-"));
}

TEST_F(RecordCommand, AVariableGoesBeforeTheFileAndTheLineBeforeBoth) {
  std::ofstream(folder_ / "config.toml") << "recorder = \"fromfile\"\n";
  const std::vector<std::string> arguments = {
      "record", "-r", capture_, "-l", log_, "--config", folder_ / "config.toml"};
  const test_support::RunOptions with_variable{.environment = {{"TRAFREC_RECORDER", "fromenv"}}};
  EXPECT_EQ(Trafrec(arguments, with_variable).exit_code, 0);
  EXPECT_THAT(Trafrec({"show", log_}).out, HasSubstr(" fromenv-0001-"));
  std::vector<std::string> with_name = arguments;
  with_name.insert(with_name.end(), {"--recorder", "fromline"});
  EXPECT_EQ(Trafrec(with_name, with_variable).exit_code, 0);
  EXPECT_EQ(Trafrec({"show", log_, "fromline-0001-11"}).exit_code, 0);
}

TEST_F(RecordCommand, TheDefaultConfigFileIsFound) {
  std::filesystem::create_directories(folder_.path() / "xdg/trafrec");
  std::ofstream(folder_ / "xdg/trafrec/config.toml") << "[record]\nrecorder = \"xdg\"\n";
  EXPECT_EQ(Trafrec({"record", "-r", capture_, "-l", log_},
                    {.environment = {{"XDG_CONFIG_HOME", folder_ / "xdg"}}})
                .exit_code,
            0);
  EXPECT_THAT(Trafrec({"show", log_}).out, HasSubstr(" xdg-0001-"));
}

TEST_F(RecordCommand, AnUnknownNameInTheConfigFileIsNamed) {
  std::ofstream(folder_ / "config.toml") << "[record]\nrotate-byte = 1\n";
  const Outcome outcome = Record({"--config", folder_ / "config.toml"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("rotate-byte"), HasSubstr("'rotate-bytes'?")));
}

TEST_F(RecordCommand, ABadValueInAVariableNamesTheVariable) {
  const Outcome outcome =
      Trafrec({"record", "-r", capture_, "-l", log_}, {.environment = {{"TRAFREC_LEVEL", "high"}}});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("TRAFREC_LEVEL"));
}

}  // namespace
}  // namespace trafrec::tools
