// Recorders beside the same traffic, read as one log: the commands.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/capture_files.h"
#include "tests/support/impairment.h"
#include "tests/support/tcp_conversation.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::PcapWriter;
using test_support::RawPacket;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr int kExchanges = 1'000;
constexpr int64_t kHour = 3'600 * kNsPerSecond;

std::vector<RawPacket> Packets() {
  test_support::TcpConversation wire;
  wire.Handshake();
  for (int n = 0; n < kExchanges; ++n) {
    const std::string body(static_cast<size_t>(n * 37 % 5'000), static_cast<char>('a' + n % 26));
    wire.ClientSends("GET /" + std::to_string(n) + " HTTP/1.1\r\nHost: es\r\n\r\n");
    wire.Wait(kNsPerMs).ServerSends(
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  wire.Close();
  return wire.Packets();
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

/// Recorder "whole" misses nothing. "lossy" loses 5% of the packets, and its clock is an hour
/// ahead.
class SeveralRecorders : public testing::Test {
 protected:
  SeveralRecorders() {
    PcapWriter(folder_ / "whole.pcap").Write(Packets());
    std::vector<RawPacket> lossy = Impaired(Packets(), {.seed = 7, .drop = 0.05});
    for (RawPacket& packet : lossy) {
      packet.at += kHour;
    }
    PcapWriter(folder_ / "lossy.pcap").Write(lossy);
  }

  void Record(const std::string& log, const std::string& recorder) const {
    const Outcome outcome = Trafrec({"record", "--read", folder_ / (recorder + ".pcap"), "--log",
                                     folder_ / log, "--recorder", recorder, "--quiet"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  std::string Export(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all = {"export"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Outcome outcome = Trafrec(all);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.out;
  }

  const test_support::TemporaryFolder folder_;
};

TEST_F(SeveralRecorders, EachExchangeIsThereOnceAndWhole) {
  Record("log", "lossy");
  ASSERT_LT(Lines(Export({folder_ / "log", "--complete"})).size(), kExchanges * 95 / 100U);
  Record("log", "whole");
  const std::vector<std::string> lines = Lines(Export({folder_ / "log"}));
  ASSERT_EQ(lines.size(), size_t{kExchanges});
  int seen_twice = 0;
  for (int n = 0; n < kExchanges; ++n) {
    const json exchange = json::parse(lines[static_cast<size_t>(n)]);
    ASSERT_EQ(exchange["target"], "/" + std::to_string(n));
    ASSERT_EQ(exchange["flags"], json::array());
    ASSERT_EQ(exchange["response"]["body_stored_len"], n * 37 % 5'000);
    seen_twice += exchange["sightings"] == 2 ? 1 : 0;
  }
  EXPECT_GT(seen_twice, kExchanges * 90 / 100);
}

TEST_F(SeveralRecorders, TheOutputDoesNotDependOnArrival) {
  Record("one", "lossy");
  Record("one", "whole");
  Record("two", "whole");
  Record("two", "lossy");
  const std::string one = Export({folder_ / "one"});
  EXPECT_EQ(one, Export({folder_ / "two"}));
  Record("a", "lossy");
  Record("b", "whole");
  EXPECT_EQ(one, Export({folder_ / "a", "--also", folder_ / "b"}));
  EXPECT_EQ(one, Export({folder_ / "b", "--also", folder_ / "a"}));
}

TEST_F(SeveralRecorders, TheListSaysHowManySawEach) {
  Record("log", "lossy");
  EXPECT_THAT(Trafrec({"show", folder_ / "log"}).out, Not(HasSubstr("SEEN")));
  Record("log", "whole");
  const Outcome outcome =
      Trafrec({"show", folder_ / "log", "--where", "sightings = 2", "--limit", "1"});
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("LATENCY SEEN TARGET"), HasSubstr("    2 /")));
}

TEST_F(SeveralRecorders, AnExchangesPageNamesItsSightings) {
  Record("log", "lossy");
  Record("log", "whole");
  const Outcome list = Trafrec({"show", folder_ / "log", "--where", "sightings = 2", "--json"});
  const std::string id = json::parse(Lines(list.out).front())["id"];
  EXPECT_THAT(Trafrec({"show", folder_ / "log", id}).out,
              AllOf(HasSubstr("seen in    2 sightings: lossy-0001-"), HasSubstr("whole-0001-")));
}

TEST_F(SeveralRecorders, StatsCountEachExchangeOnceAndCompareTheClocks) {
  Record("log", "lossy");
  Record("log", "whole");
  const json stats = json::parse(Trafrec({"stats", folder_ / "log", "--json"}).out);
  EXPECT_EQ(stats["merged"]["exchanges"], kExchanges);
  EXPECT_GT(stats["merged"]["seen_by_several"], kExchanges * 90 / 100);
  EXPECT_EQ(stats["merged"]["held_by"], nullptr);
  for (const json& clock : stats["merged"]["clocks"]) {
    EXPECT_EQ(clock["recorder"], "whole");
    const int64_t wrong = clock["offset_ns"].get<int64_t>() + kHour;
    EXPECT_LE(std::abs(wrong), clock["uncertainty_ns"].get<int64_t>());
  }
  EXPECT_THAT(Trafrec({"stats", folder_ / "log"}).out,
              AllOf(HasSubstr("1,000 exchanges, each once"),
                    HasSubstr("'whole' is 1 h 00 min behind 'lossy'")));
}

TEST_F(SeveralRecorders, StatsOfOneRecorderHaveNothingMerged) {
  Record("log", "whole");
  EXPECT_EQ(json::parse(Trafrec({"stats", folder_ / "log", "--json"}).out)["merged"], nullptr);
}

TEST_F(SeveralRecorders, TwoContentsOfOneAttemptAreRefused) {
  Record("a", "whole");
  Record("b", "whole");
  const Outcome outcome = Trafrec({"show", folder_ / "a", "--also", folder_ / "b"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("recorder 'whole', attempt 0001"), HasSubstr("try: ")));
}

TEST_F(SeveralRecorders, LogsThatWereMadeApartAreReadAsOneWithANote) {
  Record("a", "whole");
  Record("b", "lossy");
  const Outcome outcome = Trafrec({"show", folder_ / "a", "--also", folder_ / "b"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("these were made as different logs"));
  EXPECT_EQ(Trafrec({"export", folder_ / "a", "--also", folder_ / "b", "--quiet"}).err, "");
}

TEST_F(SeveralRecorders, EveryFolderIsVerified) {
  Record("a", "whole");
  Record("b", "lossy");
  const std::filesystem::path segment = folder_ / "b/lossy/0001/000001.sqlite";
  std::filesystem::resize_file(segment, std::filesystem::file_size(segment) / 2);
  EXPECT_EQ(Trafrec({"verify", folder_ / "a"}).exit_code, 0);
  const Outcome outcome = Trafrec({"verify", folder_ / "a", "--also", folder_ / "b"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr(segment.string()));
}

TEST_F(SeveralRecorders, AnUnknownRecorderIsNotGivenUp) {
  Record("log", "whole");
  const Outcome outcome = Trafrec({"show", folder_ / "log", "--without", "nobody"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("the log has no recorder 'nobody'"));
}

}  // namespace
}  // namespace trafrec::tools
