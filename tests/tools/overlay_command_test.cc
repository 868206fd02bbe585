#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

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
using testing::SizeIs;

/// A log of four exchanges, test-0001-11 to -14, that all tests read.
struct Sample {
  Sample() {
    test_support::WriteSampleCapture(folder / "sample.pcap");
    test_support::RecordInto(log, folder / "sample.pcap");
  }

  const TemporaryFolder folder;
  const std::string log = folder / "log";
};

class OverlayCommand : public testing::Test {
 protected:
  static const std::string& Log() {
    static const Sample kSample;
    return kSample.log;
  }

  /// A command that changes the overlay.
  Outcome Put(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"overlay", file_});
    arguments.insert(arguments.end(), {"--log", Log()});
    return Trafrec(arguments);
  }
  void Do(const std::vector<std::string>& arguments) const {
    const Outcome outcome = Put(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  std::vector<json> List() const {
    std::istringstream lines(Trafrec({"overlay", file_, "list", "--json"}).out);
    std::vector<json> entries;
    for (std::string line; std::getline(lines, line);) {
      entries.push_back(json::parse(line));
    }
    return entries;
  }
  std::string Digest() const {
    return json::parse(Trafrec({"overlay", file_, "show", "--json"}).out)["digest"];
  }

  TemporaryFolder folder_;
  const std::string file_ = folder_ / "laid.overlay";
};

TEST_F(OverlayCommand, DropTakesSeveralIds) {
  Do({"drop", "test-0001-11", "test-0001-12/0", "--reason", "ours"});
  const auto entries = List();
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0]["kind"], "drop");
  EXPECT_EQ(entries[0]["exchange"], "test-0001-11");
  EXPECT_EQ(entries[0]["item"], nullptr);
  EXPECT_EQ(entries[1]["item"], 0);
  EXPECT_EQ(entries[1]["reason"], "ours");
}

TEST_F(OverlayCommand, InsertTakesARequestAsOnTheWire) {
  const std::string request =
      folder_.Write("put.http", "PUT /a?b=c HTTP/1.1\r\nHost: es\r\nX-A:  1 \r\n\r\n{\"a\": 1}\n");
  Do({"insert", "--request", request, "--after", "test-0001-12"});
  const auto entry = List().at(0);
  EXPECT_EQ(entry["id"], "overlay-0000-11");
  EXPECT_EQ(entry["after"], "test-0001-12");
  EXPECT_EQ(entry["method"], "PUT");
  EXPECT_EQ(entry["target"], "/a?b=c");
  EXPECT_EQ(entry["headers"], json::parse(R"([["Host","es"],["X-A","1"]])"));
  EXPECT_EQ(entry["body"], "{\"a\": 1}\n");
}

TEST_F(OverlayCommand, InsertTakesWhatExportPrints) {
  const std::string lines = folder_.Write(
      "two.ndjson", Trafrec({"export", Log(), "--format", "ndjson", "--method", "GET"}).out);
  Do({"insert", "--request", lines, "--at", "2026-11-21T06:48:00Z"});
  const auto entries = List();
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0]["target"], "/hello");
  EXPECT_EQ(entries[1]["target"], "/missing");
  EXPECT_EQ(entries[1]["time"], "2026-11-21T06:48:00.000000000Z");
}

TEST_F(OverlayCommand, WhatIsNoRequestIsNotInserted) {
  const std::string words = folder_.Write("words", "please put this somewhere\r\n\r\n");
  EXPECT_EQ(Put({"insert", "--request", words, "--after", "test-0001-12"}).exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(OverlayCommand, ALineWithoutARequestIsNotInsertedAsOneWithoutABody) {
  const std::string line =
      folder_.Write("put.ndjson", R"({"method":"PUT","target":"/a","headers":[],"body":"b"})");
  const Outcome refused = Put({"insert", "--request", line, "--after", "test-0001-12"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("has no \"request\""));
}

TEST_F(OverlayCommand, MoveSaysBesideWhatOrWhere) {
  Do({"move", "test-0001-11", "--after", "test-0001-12", "--commit", "uuid/0/1/41"});
  const auto entries = List();
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0]["after"], "test-0001-12");
  EXPECT_EQ(entries[1]["position"], "uuid/0/1/41");
}

TEST_F(OverlayCommand, RewriteKeepsTheTextOfNumbers) {
  Do({"rewrite", "test-0001-12", "--target", "/b", "--header", "X-A: 1", "--remove-header",
      "Cookie", "--set", "/a=1.0", "--set", "/b=9007199254740993"});
  const auto entry = List().at(0);
  EXPECT_EQ(entry["target"], "/b");
  EXPECT_EQ(entry["method"], nullptr);
  EXPECT_EQ(entry["set_headers"], json::parse(R"([["X-A","1"]])"));
  EXPECT_EQ(entry["remove_headers"], json::parse(R"(["Cookie"])"));
  EXPECT_EQ(entry["set"], json::parse(R"([["/a","1.0"],["/b","9007199254740993"]])"));
}

TEST_F(OverlayCommand, WhatIsSetMustBeJson) {
  const Outcome outcome = Put({"rewrite", "test-0001-12", "--set", "/a=x"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("/a=x"));
}

TEST_F(OverlayCommand, AHeaderCannotSmuggleALine) {
  EXPECT_EQ(Put({"rewrite", "test-0001-12", "--header", "X-A: 1\r\nX-B: 2"}).exit_code, 2);
}

TEST_F(OverlayCommand, UnknownExchangesAreNamedAndNothingIsPut) {
  Do({"drop", "test-0001-11"});
  const Outcome outcome = Put({"drop", "test-0001-12", "test-0001-2zz"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("test-0001-2zz"), Not(HasSubstr("test-0001-12"))));
  EXPECT_THAT(List(), SizeIs(1));
}

TEST_F(OverlayCommand, AnOverlayOfAnotherLogIsRefused) {
  Do({"drop", "test-0001-11"});
  const TemporaryFolder other;
  test_support::WriteSampleCapture(other / "sample.pcap");
  test_support::RecordInto(other / "log", other / "sample.pcap");
  const Outcome outcome =
      Trafrec({"overlay", file_, "drop", "test-0001-12", "--log", other / "log"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("another log"));
}

TEST_F(OverlayCommand, AFileThatIsNoOverlayIsNamed) {
  const std::string words = folder_.Write("words", "these are words and no overlay at all");
  const Outcome outcome = Trafrec({"overlay", words, "list"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr(words), HasSubstr("is no overlay")));
}

TEST_F(OverlayCommand, ImportReadsAllThatListPrints) {
  const std::string request = folder_.Write("put.http", "PUT /a HTTP/1.1\n\n\xff\x01");
  Do({"insert", "--request", request, "--before", "test-0001-11", "--commit", "uuid/0/1/41"});
  Do({"rewrite", "test-0001-12", "--body", request});
  Do({"move", "test-0001-11", "--before", "test-0001-12/0"});
  Do({"import",
      folder_.Write("verdict.ndjson",
                    R"({"kind":"verdict","exchange":"test-0001-14","item":0,)"
                    R"("verdict":"not_committed","grade":"proven","evidence":"reset"})")});
  const std::string all =
      folder_.Write("all.ndjson", Trafrec({"overlay", file_, "list", "--json"}).out);
  const std::string digest = Digest();
  const auto entries = List();
  ASSERT_THAT(entries, SizeIs(4));
  std::filesystem::remove(file_);
  Do({"import", all});
  EXPECT_EQ(List(), entries);
  EXPECT_EQ(Digest(), digest);
}

TEST_F(OverlayCommand, ImportNamesTheLineThatIsWrong) {
  const std::string lines = folder_.Write(
      "bad.ndjson",
      R"({"kind":"drop","exchange":"test-0001-11"})"
      "\n"
      R"({"kind":"verdict","exchange":"test-0001-12","verdict":"maybe","grade":"proven"})"
      "\n");
  const Outcome outcome = Put({"import", lines});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("line 2"), HasSubstr("maybe")));
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(OverlayCommand, ShowPrintsAnInsertionsRequest) {
  Do({"insert", "--request", folder_.Write("put.http", "PUT /a HTTP/1.1\r\nHost: es\r\n\r\n{}"),
      "--after", "test-0001-11"});
  for (const char* id : {"overlay-0000-11", "test-0001-11"}) {
    EXPECT_THAT(Trafrec({"overlay", file_, "show", id}).out,
                HasSubstr("PUT /a HTTP/1.1\nHost: es\n\n{}"));
  }
}

TEST_F(OverlayCommand, ShowOfWhatItSaysNothingOfIsAnError) {
  Do({"drop", "test-0001-11"});
  EXPECT_EQ(Trafrec({"overlay", file_, "show", "test-0001-12"}).exit_code, 1);
}

TEST_F(OverlayCommand, RemoveTakesOutAllThatIsSaidOfAnId) {
  Do({"drop", "test-0001-11"});
  const std::string before = Digest();
  Do({"drop", "test-0001-12", "test-0001-12/0"});
  Do({"rewrite", "test-0001-12", "--target", "/b"});
  const Outcome outcome = Trafrec({"overlay", file_, "remove", "test-0001-12"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("2 entries taken out"));
  ASSERT_THAT(List(), SizeIs(2));
  EXPECT_EQ(List()[1]["item"], 0);
  EXPECT_EQ(Trafrec({"overlay", file_, "remove", "test-0001-12/0"}).exit_code, 0);
  EXPECT_EQ(Digest(), before);
}

TEST_F(OverlayCommand, RemoveOfAKindLeavesTheOthers) {
  Do({"drop", "test-0001-12"});
  Do({"rewrite", "test-0001-12", "--target", "/b"});
  EXPECT_EQ(Trafrec({"overlay", file_, "remove", "test-0001-12", "--kind", "drop"}).exit_code, 0);
  ASSERT_THAT(List(), SizeIs(1));
  EXPECT_EQ(List()[0]["kind"], "rewrite");
}

TEST_F(OverlayCommand, WhatRemovePrintsImportPutsBack) {
  Do({"insert", "--request", folder_.Write("put.http", "PUT /a HTTP/1.1\r\nHost: es\r\n\r\n{}"),
      "--after", "test-0001-11"});
  Do({"rewrite", "test-0001-12", "--target", "/b"});
  Do({"drop", "overlay-0000-11"});
  const std::string digest = Digest();
  const Outcome outcome =
      Trafrec({"overlay", file_, "remove", "test-0001-12", "overlay-0000-11", "--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(List(), SizeIs(0));
  Do({"import", folder_.Write("taken.ndjson", outcome.out)});
  EXPECT_EQ(Digest(), digest);
}

TEST_F(OverlayCommand, AnItemThatDoesNotExistIsRefusedAndNothingPut) {
  const Outcome outcome = Put({"drop", "test-0001-11", "test-0001-12/3"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("test-0001-12/3"), HasSubstr("one item, 0")));
  EXPECT_EQ(Trafrec({"overlay", file_, "list"}).out, "");
}

TEST_F(OverlayCommand, ARewriteThatCannotBeCarriedOutIsRefused) {
  const Outcome outcome = Put({"rewrite", "test-0001-12", "--set", "/no/such/place=1"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("cannot rewrite test-0001-12"));
}

TEST_F(OverlayCommand, RemoveOfWhatIsNotThereNamesTheNearestAndTakesNothingOut) {
  Do({"drop", "test-0001-12/0", "test-0001-14"});
  const Outcome outcome = Trafrec({"overlay", file_, "remove", "test-0001-14", "test-0001-12/7"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("says nothing of test-0001-12/7"),
                                 HasSubstr("nearest of which it speaks is test-0001-12/0")));
  EXPECT_THAT(List(), SizeIs(2));
}

TEST_F(OverlayCommand, RemoveOfAKindThatIsNotThereNamesThoseThatAre) {
  Do({"drop", "test-0001-12"});
  const Outcome outcome =
      Trafrec({"overlay", file_, "remove", "test-0001-12", "--kind", "rewrite"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("of test-0001-12 it has: drop"));
}

TEST_F(OverlayCommand, AnInsertionBesideWhichSomethingComesStays) {
  Do({"insert", "--request", folder_.Write("put.http", "PUT /a HTTP/1.1\r\nHost: es\r\n\r\n{}"),
      "--after", "test-0001-11"});
  Do({"move", "test-0001-14", "--after", "overlay-0000-11"});
  const Outcome outcome = Trafrec({"overlay", file_, "remove", "overlay-0000-11"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("test-0001-14 is moved beside it"));
  EXPECT_THAT(List(), SizeIs(2));
  EXPECT_EQ(Trafrec({"overlay", file_, "remove", "overlay-0000-11", "test-0001-14"}).exit_code, 0);
  EXPECT_THAT(List(), SizeIs(0));
}

TEST_F(OverlayCommand, TheIdOfARemovedInsertionIsNotGivenAgain) {
  const std::string request = folder_.Write("put.http", "PUT /a HTTP/1.1\r\nHost: es\r\n\r\n{}");
  Do({"insert", "--request", request, "--after", "test-0001-11"});
  EXPECT_EQ(Trafrec({"overlay", file_, "remove", "overlay-0000-11"}).exit_code, 0);
  Do({"insert", "--request", request, "--after", "test-0001-11"});
  EXPECT_EQ(List().at(0)["id"], "overlay-0000-12");
}

TEST_F(OverlayCommand, AnOptionOfAnotherActionIsRefused) {
  EXPECT_THAT(Put({"drop", "test-0001-11", "--target", "/b"}).err,
              HasSubstr("--target is not for drop"));
}

}  // namespace
}  // namespace trafrec::tools
