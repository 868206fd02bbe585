#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/import/samples.h"
#include "tests/support/deflated.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string FileText(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

class ImportCommand : public testing::Test {
 protected:
  Outcome Import(const std::vector<std::string>& files, const std::string& log,
                 const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"import"};
    arguments.insert(arguments.end(), files.begin(), files.end());
    arguments.insert(arguments.end(), {"-l", folder_ / log, "--recorder", "test"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Trafrec(arguments);
  }
  std::string Export(const std::string& log, const std::string& format) const {
    const Outcome outcome = Trafrec({"export", folder_ / log, "--format", format, "-q"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.out;
  }
  /// A log made of packets.
  void RecordSample(const std::string& log) const {
    test_support::WriteSampleCapture(folder_ / "sample.pcap");
    test_support::RecordInto(folder_ / log, folder_ / "sample.pcap");
  }

  const TemporaryFolder folder_;
  const std::string har_ = folder_.Write(
      "a.har", test_support::Har({test_support::HarEntry("/a", "2026-11-21T06:48:01Z"),
                                  test_support::HarEntry("/c", "2026-11-21T06:48:03Z")}));
};

TEST_F(ImportCommand, NdjsonComesOutAsItWentIn) {
  RecordSample("first");
  const std::string ndjson = Export("first", "ndjson");
  const Outcome outcome = Import({folder_.Write("a.ndjson", ndjson)}, "second");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(Export("second", "ndjson"), ndjson);
}

TEST_F(ImportCommand, GorComesOutAsItWentIn) {
  RecordSample("first");
  const std::string gor = Export("first", "gor");
  const Outcome outcome = Import({folder_.Write("a.gor", gor)}, "second");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(Export("second", "gor"), gor);
}

TEST_F(ImportCommand, HarOfAnImportComesOutAsItWentIn) {
  RecordSample("first");
  ASSERT_EQ(Import({folder_.Write("a.har", Export("first", "har"))}, "second").exit_code, 0);
  const std::string har = Export("second", "har");
  ASSERT_EQ(Import({folder_.Write("b.har", har)}, "third").exit_code, 0);
  EXPECT_EQ(Export("third", "har"), har);
}

TEST_F(ImportCommand, HarDiffersFromTheRecordedOneInItsFlagsOnly) {
  RecordSample("first");
  json first = json::parse(Export("first", "har"));
  ASSERT_EQ(Import({folder_.Write("a.har", first.dump())}, "second").exit_code, 0);
  json second = json::parse(Export("second", "har"));
  for (json* har : {&first, &second}) {
    for (json& entry : (*har)["log"]["entries"]) {
      entry.erase("_flags");
    }
  }
  EXPECT_EQ(second, first);
}

TEST_F(ImportCommand, TheLogIsOneLikeAnyOther) {
  ASSERT_EQ(Import({har_}, "log").exit_code, 0);
  const std::string log = folder_ / "log";
  const Outcome verified = Trafrec({"verify", "--deep", log});
  EXPECT_EQ(verified.exit_code, 0) << verified.out;
  EXPECT_EQ(Trafrec({"commit", log}).exit_code, 0);
  EXPECT_EQ(Trafrec({"sql", log, "SELECT count(*) FROM exchanges", "--format", "csv"}).out,
            "count(*)\n2\n");
  const Outcome page = Trafrec({"show", log, "test-0001-11"});
  EXPECT_THAT(page.out, AllOf(HasSubstr("GET /a"), HasSubstr("imported:"), HasSubstr("hello")));
}

TEST_F(ImportCommand, StatsSaysWhatWasImportedAndThatTheSumsAgree) {
  ASSERT_EQ(Import({har_}, "log").exit_code, 0);
  const Outcome outcome = Trafrec({"stats", folder_ / "log"});
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("import " + har_ + " (har)"), HasSubstr("all agree"),
                                 HasSubstr("1 file"), HasSubstr("2 exchanges")));
}

TEST_F(ImportCommand, FilesOfSeveralFormatsAreMergedByTime) {
  const std::string gor =
      folder_.Write("b.gor", test_support::GorPair("aa", "/b", "1795243682000000"));
  const Outcome outcome = Import({har_, gor}, "log");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string rows = Trafrec({"show", folder_ / "log"}).out;
  EXPECT_LT(rows.find("/a"), rows.find("/b"));
  EXPECT_LT(rows.find("/b"), rows.find("/c"));
}

TEST_F(ImportCommand, CompressedFilesAreTakenAsTheyAre) {
  const std::string file =
      folder_.Write("a.har.gz", test_support::Deflated(FileText(har_), test_support::kGzip));
  const Outcome outcome = Import({file}, "log", {"--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(json::parse(outcome.out)["exchanges"], 2);
}

TEST_F(ImportCommand, StandardInputIsAFileToo) {
  const Outcome outcome = Trafrec({"import", "-", "-l", folder_ / "log"}, {.input = har_});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("imported 2 exchanges"));
}

TEST_F(ImportCommand, ACutFileIsTakenAsFarAsItIsWholeAndTheExitCodeSaysSo) {
  const std::string text = FileText(har_);
  const std::string cut = folder_.Write("cut.har", text.substr(0, text.size() - 100));
  const Outcome outcome = Import({cut}, "log");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("imported 1 exchange"), HasSubstr("cut.har, byte"),
                                 HasSubstr("the file is cut there")));
  EXPECT_THAT(Trafrec({"stats", folder_ / "log"}).out, HasSubstr("1 file ended before its end"));
}

TEST_F(ImportCommand, AFlowDumpIsToldAndTheWayOutNamed) {
  const std::string dump = folder_.Write("flows", "1234:9:websocket;0:~8:response;");
  const Outcome outcome = Import({dump}, "log");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("mitmproxy"), HasSubstr("docs/import.md")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "log"));
}

TEST_F(ImportCommand, AnImportThatFailsLeavesNothingInTheLog) {
  std::string newer = test_support::NdjsonLine("/b", 2);
  newer.replace(newer.find(":1"), 2, ":2");
  const std::string file = folder_.Write("a.ndjson", test_support::NdjsonLine("/a", 1) + newer);
  const Outcome outcome = Import({file}, "log");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("version 2"));
  EXPECT_EQ(Export("log", "ndjson"), "");
  ASSERT_EQ(Import({har_}, "log").exit_code, 0) << "it can be done again";
  EXPECT_THAT(Trafrec({"show", folder_ / "log"}).out, HasSubstr("/a"));
}

TEST_F(ImportCommand, AnInterruptedImportLeavesNothingInTheLog) {
  const std::string pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  test_support::RunningTrafrec import(
      {"import", pipe, "-l", folder_ / "log", "--format", "ndjson"});
  {
    // Opening it waits until it is read; keeping it open keeps the import waiting.
    std::ofstream writer(pipe);
    writer << test_support::NdjsonLine("/a", 1) << std::flush;
    import.Signal(SIGINT);
    const Outcome outcome = import.Finish();
    EXPECT_EQ(outcome.exit_code, 130);
    EXPECT_THAT(outcome.err, HasSubstr("nothing of it is in the log"));
  }
}

TEST_F(ImportCommand, SecretsInHeadersNeverReachTheLog) {
  const std::string secret = "c2VjcmV0OnNlY3JldA";
  std::string entry = test_support::HarEntry("/a", "2026-11-21T06:48:01Z");
  entry.insert(entry.find("{\"name\":\"Host\""), R"({"name":"Authorization","value":"Basic )" +
                                                     secret + R"("},{"name":"cookie","value":"s=)" +
                                                     secret + R"("},)");
  entry.replace(entry.find("\"cookies\":[]"), 12,
                R"("cookies":[{"name":"s","value":")" + secret + R"("}])");
  const std::string file = folder_.Write("secret.har", test_support::Har({entry}));
  for (const std::string format : {"har", "ndjson", "gor"}) {
    const std::string log = "redacted-" + format;
    const std::string keep = "kept-" + format;
    ASSERT_EQ(Import({file}, keep, {"--keep-secrets", "--compress", "none"}).exit_code, 0);
    const std::string exported = Export(keep, format);
    ASSERT_THAT(exported, HasSubstr(secret)) << "or the test would prove nothing";
    ASSERT_EQ(Import({folder_.Write("again", exported)}, log, {"--compress", "none"}).exit_code, 0);
    EXPECT_THAT(FileText(folder_ / log / "test" / "0001" / "000001.sqlite"),
                AllOf(Not(HasSubstr(secret)), HasSubstr("redacted-")));
  }
}

TEST_F(ImportCommand, BodiesAreRedactedAsRecordDoes) {
  std::string line = test_support::NdjsonLine("/a", 1);
  line.insert(line.find("\"headers\""), R"("body":"{\"password\":\"hunter22\",\"a\":1}",)");
  ASSERT_EQ(Import({folder_.Write("a.ndjson", line)}, "log",
                   {"--compress", "none", "--redact-json", "/password"})
                .exit_code,
            0);
  EXPECT_THAT(Export("log", "ndjson"),
              AllOf(HasSubstr(R"(\"a\":1)"), HasSubstr("reencoded"), Not(HasSubstr("hunter22"))));
}

TEST_F(ImportCommand, TheSameImportTwiceIsOneJob) {
  ASSERT_EQ(Import({har_}, "log").exit_code, 0);
  ASSERT_EQ(Import({har_}, "log").exit_code, 0);
  ASSERT_EQ(Trafrec({"commit", folder_ / "log"}).exit_code, 0);
  std::istringstream lines(Export("log", "ndjson"));
  size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    ++count;
  }
  EXPECT_EQ(count, 2U);
}

TEST_F(ImportCommand, TwoFilesWithoutAddressesAreNeverTakenForTwoSightings) {
  const std::string other = folder_.Write(
      "b.har", test_support::Har({test_support::HarEntry("/b", "2026-11-21T06:48:01.5Z")}));
  ASSERT_EQ(Import({har_}, "log").exit_code, 0);
  ASSERT_EQ(Trafrec({"import", other, "-l", folder_ / "log", "--recorder", "other"}).exit_code, 0);
  EXPECT_THAT(Export("log", "ndjson"), AllOf(HasSubstr("/a"), HasSubstr("/b"), HasSubstr("/c"),
                                             Not(HasSubstr("\"sightings\":2"))));
}

TEST_F(ImportCommand, WhatIsMissingOnTheCommandLineIsAUsageError) {
  EXPECT_EQ(Trafrec({"import", "-l", folder_ / "log"}).exit_code, 2);
  EXPECT_EQ(Trafrec({"import", har_}).exit_code, 2);
  EXPECT_EQ(Import({folder_ / "absent"}, "log").exit_code, 1);
  EXPECT_EQ(Import({har_}, "log", {"--format", "xml"}).exit_code, 2);
}

}  // namespace
}  // namespace trafrec::tools
