#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/capture_files.h"
#include "tests/support/tcp_conversation.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/har_schema.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

std::string FileText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

class ExportCommand : public testing::Test {
 protected:
  void SetUp() override {
    test_support::WriteSampleCapture(folder_ / "sample.pcap");
    test_support::RecordInto(log_, folder_ / "sample.pcap");
  }

  Outcome Export(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"export", log_});
    return Trafrec(more);
  }

  const TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
};

TEST_F(ExportCommand, NdjsonIsTheDefaultAndHasAnObjectALine) {
  const Outcome outcome = Export();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  std::istringstream lines(outcome.out);
  std::vector<json> rows;
  for (std::string line; std::getline(lines, line);) {
    rows.push_back(json::parse(line));
  }
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[1]["request"]["body"], "{\"a\":1}");
  EXPECT_EQ(rows[1]["status"], 201);
  EXPECT_EQ(rows[1]["wire"]["client_isn"], 1'000'000);
  EXPECT_EQ(rows[3]["response"], nullptr);
}

TEST_F(ExportCommand, FiltersAreThoseOfShow) {
  EXPECT_EQ(json::parse(Export({"--status", "4xx"}).out)["target"], "/missing");
}

TEST_F(ExportCommand, HarIsValidAndHasEveryRequest) {
  const Outcome outcome = Export({"--format", "har"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const json har = json::parse(outcome.out);
  EXPECT_THAT(test_support::HarTroubles(har), IsEmpty());
  EXPECT_EQ(har["log"]["entries"].size(), 4U);
}

TEST_F(ExportCommand, GorHasARecordForEachWholeMessage) {
  const std::string out = Export({"--format", "gor"}).out;
  size_t records = 0;
  for (size_t at = 0; (at = out.find("\n🐵🙈🙉\n", at)) != std::string::npos; ++at) {
    ++records;
  }
  EXPECT_EQ(records, 7U);
}

TEST_F(ExportCommand, CurlPrintsACommandForEachRequest) {
  const std::string out = Export({"--format", "curl", "--base-url", "http://other:1/"}).out;
  EXPECT_THAT(out, AllOf(HasSubstr("-X PUT http://other:1/idx/_doc/1"),
                         HasSubstr("--data-raw '{\"a\":1}'"), HasSubstr("http://other:1/hello")));
}

TEST_F(ExportCommand, RawWritesAFileForEachMessage) {
  const std::string folder = folder_ / "messages";
  ASSERT_EQ(Export({"--format", "raw", "-o", folder}).exit_code, 0);
  const std::string id = json::parse(Export({"--target", "/hello"}).out)["id"];
  EXPECT_EQ(FileText(folder + "/" + id + ".request"),
            "GET /hello HTTP/1.1\r\nHost: es:9200\r\n\r\n");
  EXPECT_THAT(FileText(folder + "/" + id + ".response"), HasSubstr("\r\n\r\nhello\n"));
}

TEST_F(ExportCommand, AFileIsWhatStandardOutputWouldBe) {
  const std::string file = folder_ / "out.ndjson";
  const Outcome outcome = Export({"-o", file});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(FileText(file), Export().out);
  EXPECT_FALSE(std::filesystem::exists(file + ".partial"));
}

TEST_F(ExportCommand, AFileThatCannotBeMadeIsNamed) {
  const Outcome outcome = Export({"-o", folder_ / "no/such/folder"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("no/such/folder"));
  EXPECT_EQ(Export({"-o", folder_.path().string()}).exit_code, 2);
}

TEST_F(ExportCommand, AnUnknownFormatIsAUsageError) {
  const Outcome outcome = Export({"--format", "xml"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("ndjson"));
}

TEST_F(ExportCommand, NothingThatFitsIsSaidOnStandardError) {
  const Outcome outcome = Export({"--status", "503"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("no exchange fits"));
}

TEST_F(ExportCommand, StatsSaysThatTheSumsAgree) {
  const Outcome outcome = Trafrec({"stats", log_});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("4 exchanges"), HasSubstr("all agree"), HasSubstr("packets.tcp")));
}

TEST_F(ExportCommand, StatsJsonHasTheCountersAndTheLossRows) {
  const json stats = json::parse(Trafrec({"stats", log_, "--json"}).out);
  const json& attempt = stats["attempts"][0];
  EXPECT_EQ(attempt["exchanges"], 4);
  EXPECT_THAT(attempt["broken_sums"], IsEmpty());
  EXPECT_EQ(attempt["losses"][0]["cause"], "start");
  EXPECT_GT(attempt["counters"]["packets.received"], 0);
}

TEST_F(ExportCommand, StatsNamesConnectionsWhoseBeginningWasNotSeen) {
  const std::string log = folder_ / "middle";
  test_support::TcpConversation wire;
  wire.ClientSends("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
  test_support::PcapWriter(folder_ / "middle.pcap").Write(wire.Packets());
  test_support::RecordInto(log, folder_ / "middle.pcap");
  EXPECT_THAT(Trafrec({"stats", log}).out,
              HasSubstr("1 connection (1 of them without a beginning)"));
}

TEST_F(ExportCommand, VerifyOfASoundLogIsWell) {
  const Outcome outcome = Trafrec({"verify", log_});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("all is well"));
  EXPECT_EQ(json::parse(Trafrec({"verify", log_, "--json"}).out)["ok"], true);
}

TEST_F(ExportCommand, VerifyFindsAFlippedBitAndExitsWithOne) {
  // The zstd frame of the log begins with its magic; the byte after the header is content.
  const std::string segment = log_ + "/test/0001/000001.sqlite";
  std::string bytes = FileText(segment);
  const size_t frame = bytes.find("/hello");
  const size_t zstd = bytes.find("\x28\xb5\x2f\xfd");
  const size_t at = zstd != std::string::npos ? zstd + 40 : frame;
  ASSERT_LT(at, bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  std::ofstream(segment, std::ios::binary) << bytes;
  const Outcome outcome = Trafrec({"verify", log_});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("000001.sqlite"));
  EXPECT_EQ(Trafrec({"verify", log_, "--quiet"}).out, "");
  const Outcome exported = Export();
  EXPECT_EQ(exported.exit_code, 1) << "damage is not passed over in silence";
}

}  // namespace
}  // namespace trafrec::tools
