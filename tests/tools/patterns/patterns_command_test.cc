// `trafrec patterns`: from a log to a report.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/capture_files.h"
#include "tests/support/tcp_conversation.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/weekly_traffic.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::patterns {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Fifteen days of which the eighth (a Monday) was not recorded, in one log.
struct Weeks {
  Weeks() {
    test_support::WriteWeeklyTraffic(folder / "first.pcap", 0, 7);
    test_support::WriteWeeklyTraffic(folder / "second.pcap", 8, 15);
    test_support::RecordInto(log, folder / "first.pcap");
    test_support::RecordInto(log, folder / "second.pcap");
  }

  const TemporaryFolder folder;
  const std::string log = folder / "log";
};

class PatternsCommand : public testing::Test {
 protected:
  static const Weeks& TheWeeks() {
    static const Weeks kWeeks;
    return kWeeks;
  }

  static json Report(const std::string& log, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"patterns", log, "--json"});
    const Outcome outcome = Trafrec(more);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return json::parse(outcome.out);
  }

  /// Records one connection that `talk` makes.
  template <typename Talk>
  std::string LogOf(const std::string& name, Talk talk, std::vector<std::string> options = {}) {
    test_support::TcpConversation wire;
    wire.Handshake();
    talk(wire);
    test_support::PcapWriter(folder_ / (name + ".pcap")).Write(wire.Packets());
    options.insert(options.begin(), {"record", "--read", folder_ / (name + ".pcap"), "--log",
                                     folder_ / name, "--recorder", "test", "--quiet"});
    EXPECT_EQ(Trafrec(options).exit_code, 0);
    return folder_ / name;
  }

  const TemporaryFolder folder_;
};

void Ask(test_support::TcpConversation& wire, const std::string& line, const std::string& fields,
         const std::string& body, const std::string& status = "200 OK") {
  wire.ClientSends(line + " HTTP/1.1\r\nHost: es\r\nContent-Length: " +
                   std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body);
  wire.Wait(kNsPerMs).ServerSends("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n");
}

TEST_F(PatternsCommand, TheDayThatNobodyRecordedIsAHoleAndNotQuiet) {
  const json report = Report(TheWeeks().log, {"--window", "1h"});
  ASSERT_EQ(report["recorded"]["holes"].size(), 1U);
  const json& hole = report["recorded"]["holes"][0];
  EXPECT_EQ(hole["causes"], json::array({"not_recording"}));
  EXPECT_THAT(hole["from"].get<std::string>(), HasSubstr("2026-11-08T23:"));
  EXPECT_THAT(hole["until"].get<std::string>(), HasSubstr("2026-11-10T00:00:00."));
  const std::string quiet = report["quiet"]["once"]["from"];
  EXPECT_TRUE(quiet < "2026-11-08T23" || quiet >= "2026-11-10") << quiet;
}

TEST_F(PatternsCommand, TheQuietHourOfTheNightIsFoundWithItsWrites) {
  const json report = Report(TheWeeks().log, {"--window", "1h"});
  const json& daily = report["quiet"]["daily"];
  // From 02:51, after the last write before three o'clock; the one at 03:20 is in it.
  EXPECT_EQ(daily["at"], "02:51");
  EXPECT_EQ(daily["windows"], 14);
  EXPECT_EQ(daily["windows_with_holes"], 1);
  EXPECT_EQ(daily["mutations"], 14);
  EXPECT_EQ(daily["writes"], 28);
  EXPECT_EQ(daily["in_flight_max"], 1);
  EXPECT_EQ(daily["slowest_ns"].get<int64_t>() / 1'000'000, 20);
  EXPECT_EQ(report["quiet"]["weekly"]["weekday"], "Sunday");
  EXPECT_EQ(report["quiet"]["weekly"]["mutations"], 0);
}

TEST_F(PatternsCommand, TimesOfTheDayAreThoseOfTheTimezone) {
  const json report = Report(TheWeeks().log, {"--window", "1h", "--timezone", "Asia/Tokyo"});
  EXPECT_EQ(report["timezone"], "Asia/Tokyo");
  EXPECT_EQ(report["quiet"]["daily"]["at"], "11:51");
  EXPECT_EQ(report["by_hour"][12]["mutations"], 14);
}

TEST_F(PatternsCommand, SumsAgreeWithTheLog) {
  const json report = Report(TheWeeks().log);
  const Outcome count =
      Trafrec({"sql", TheWeeks().log,
               "SELECT count(*), sum(target='/_bulk'), sum(response_bytes) FROM exchanges",
               "--format", "csv"});
  const std::string sums = std::to_string(report["exchanges"].get<int>()) + "," +
                           std::to_string(report["mutations"].get<int>()) + ",";
  EXPECT_THAT(count.out, HasSubstr(sums));
  EXPECT_EQ(report["writes"], 2 * report["mutations"].get<int>());
  int minutes = 0;
  for (const json& slot : report["by_minute"]["slots"]) {
    minutes += slot["mutations"].get<int>() + slot["queries"].get<int>();
  }
  EXPECT_EQ(minutes, report["exchanges"]);
}

TEST_F(PatternsCommand, ClientsAreNamedByAddressLibraryAndVersion) {
  const json report = Report(TheWeeks().log);
  ASSERT_EQ(report["clients"]["top"].size(), 2U);
  std::map<std::string, json> clients;
  for (const json& client : report["clients"]["top"]) {
    clients[client["address"]] = client;
  }
  EXPECT_EQ(clients["10.0.0.1"]["library"], "elasticsearch-py");
  EXPECT_EQ(clients["10.0.0.1"]["version"], "7.10.1");
  EXPECT_EQ(clients["10.0.0.9"]["library"], "curl");
  EXPECT_THAT(clients["10.0.0.9"]["last_seen"].get<std::string>(), HasSubstr("2026-11-16T23:5"));
  EXPECT_EQ(clients["10.0.0.9"]["indices"][0]["name"], "orders");
  EXPECT_EQ(clients["10.0.0.9"]["apis"][0]["name"], "bulk");
}

TEST_F(PatternsCommand, FiltersChooseTheExchanges) {
  const json report = Report(
      TheWeeks().log, {"--since", "2026-11-03", "--until", "2026-11-04", "--target", "_search$"});
  EXPECT_EQ(report["exchanges"], 144);
  EXPECT_EQ(report["mutations"], 0);
  EXPECT_EQ(report["recorded"]["from"], "2026-11-03T00:00:00.000000000Z");
  EXPECT_EQ(report["recorded"]["until"], "2026-11-04T00:00:00.000000000Z");
  EXPECT_TRUE(report["filtered"]);
}

TEST_F(PatternsCommand, IdsAndNumbersOfTargetsAreFolded) {
  const std::string log = LogOf("shapes", [](auto& wire) {
    for (int i = 0; i < 5; ++i) {
      Ask(wire, "PUT /orders/_doc/" + std::to_string(i), "", R"({"a":1})");
      Ask(wire, "GET /people/" + std::to_string(i) + "?page=" + std::to_string(i), "", "");
    }
  });
  const auto shapes = [&](const std::string& dialect) {
    std::map<std::string, int> counts;
    const json report = Report(log, {"--dialect", dialect});
    for (const json& shape : report["shapes"]["top"]) {
      counts[shape["shape"]] = shape["count"];
    }
    return counts;
  };
  EXPECT_THAT(shapes("search"), testing::Contains(testing::Pair("PUT /orders/_doc/{id}", 5)));
  EXPECT_THAT(shapes("http"),
              testing::UnorderedElementsAre(testing::Pair("GET /people/{n}?page", 5),
                                            testing::Pair("PUT /orders/_doc/{n}", 5)));
}

TEST_F(PatternsCommand, AnUnansweredWriteIsCountedApart) {
  const std::string log = LogOf("unanswered", [](auto& wire) {
    Ask(wire, "POST /_bulk", "", "{\"index\":{\"_index\":\"a\"}}\n{}\n");
    wire.ClientSends("PUT /a/_doc/1 HTTP/1.1\r\nHost: es\r\nContent-Length: 2\r\n\r\n{}");
    wire.Wait(kNsPerSecond).Rst(store::Side::kClient);
  });
  const json report = Report(log);
  EXPECT_EQ(report["mutations"], 2);
  EXPECT_EQ(report["unanswered_mutations"], 1);
  EXPECT_EQ(report["statuses"]["none"], 1);
}

TEST_F(PatternsCommand, LostPacketsAreAHole) {
  const std::string log = LogOf("lost", [](auto& wire) {
    Ask(wire, "GET /a", "", "");
    wire.Wait(10 * kNsPerSecond).DropNext();
    Ask(wire, "GET /lost", "", "");
    wire.Wait(10 * kNsPerSecond);
    Ask(wire, "GET /b", "", "");
    wire.Close();
  });
  const json report = Report(log, {"--window", "1s"});
  ASSERT_GE(report["recorded"]["hole_count"], 1);
  EXPECT_THAT(report["recorded"]["holes"][0]["causes"], testing::Contains("gap"));
}

TEST_F(PatternsCommand, WithoutTheKeyRowsSayWhatTheyCan) {
  ASSERT_EQ(Trafrec({"keygen", "--for", "encrypt", "--out", folder_ / "key"}).exit_code, 0);
  const std::string log = LogOf("sealed",
                                [](auto& wire) {
                                  Ask(wire, "PUT /secret/_doc/1", "User-Agent: spy/7\r\n", "{}");
                                  Ask(wire, "POST /secret/_search", "User-Agent: spy/7\r\n", "{}");
                                },
                                {"--encrypt-to", folder_ / "key.pub"});
  const json blind = Report(log);
  EXPECT_EQ(blind["exchanges"], 2);
  EXPECT_EQ(blind["mutations"], 1);
  EXPECT_EQ(blind["unknown"], 1);
  EXPECT_EQ(blind["shapes"]["top"].size(), 0U);
  EXPECT_THAT(blind["notes"].dump(), HasSubstr("--identity FILE"));
  EXPECT_THAT(blind.dump(), Not(HasSubstr("secret")));
  const json seen = Report(log, {"--identity", folder_ / "key"});
  EXPECT_EQ(seen["queries"], 1);
  EXPECT_EQ(seen["clients"]["top"][0]["library"], "spy");
}

TEST_F(PatternsCommand, BarsAreAsciiUnlessTheLocaleIsUtf8) {
  const auto print = [](const std::string& locale) {
    return Trafrec({"patterns", TheWeeks().log}, {.environment = {{"LC_ALL", locale}}}).out;
  };
  EXPECT_NE(print("C.UTF-8").find("█"), std::string::npos);
  const std::string ascii = print("C");
  EXPECT_NE(ascii.find("###"), std::string::npos);
  EXPECT_TRUE(
      std::ranges::all_of(ascii, [](char c) { return static_cast<unsigned char>(c) < 128; }));
}

TEST_F(PatternsCommand, HtmlIsOneFileWithTheSameFigures) {
  const std::string file = folder_ / "page.html";
  const Outcome outcome = Trafrec({"patterns", TheWeeks().log, "--html", file});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  std::stringstream page;
  page << std::ifstream(file).rdbuf();
  EXPECT_THAT(page.str(), AllOf(HasSubstr("</html>"), HasSubstr("elasticsearch-py 7.10.1"),
                                HasSubstr("When to cut over")));
  EXPECT_EQ(Trafrec({"patterns", TheWeeks().log, "--html", folder_ / "no" / "where"}).exit_code, 1);
}

TEST_F(PatternsCommand, AnEmptyLogIsNoFailure) {
  test_support::PcapWriter(folder_ / "empty.pcap");
  Trafrec({"record", "--read", folder_ / "empty.pcap", "--log", folder_ / "log", "--quiet"});
  const Outcome outcome = Trafrec({"patterns", folder_ / "log"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("0 exchanges"));
}

TEST_F(PatternsCommand, MistakesNameTheOption) {
  const std::string& log = TheWeeks().log;
  for (const auto& [option, value] :
       std::vector<std::pair<std::string, std::string>>{{"--window", "soon"},
                                                        {"--window", "0s"},
                                                        {"--window", "8d"},
                                                        {"--timezone", "Mars/Olympus"},
                                                        {"--dialect", "gopher"},
                                                        {"--top", "0"}}) {
    const Outcome outcome = Trafrec({"patterns", log, option, value});
    EXPECT_EQ(outcome.exit_code, 2) << option << value;
    EXPECT_THAT(outcome.err, HasSubstr(option)) << value;
  }
  EXPECT_EQ(Trafrec({"patterns", log, "--json", "--html", "-"}).exit_code, 2);
}

}  // namespace
}  // namespace trafrec::patterns
