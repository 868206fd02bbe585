#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/capture_files.h"
#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/run_trafrec.h"

// Recorders of one log whose clocks are not the same, and that have seen nothing together.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::SourceLog;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;

class ClockError : public testing::Test {
 protected:
  /// Number 1 was taken by document 9, at one recorder, while another had document x given up. The
  /// first one's clock is six seconds ahead, so that 9 seems to come too late.
  ClockError() {
    SourceLog source;
    source.AsksWho()
        .MakesIndex()
        .Puts("1", 0)
        .Waits(5 * kNsPerSecond)
        .Abandoned("PUT", "/idx/_doc/x", R"({"a":5})");
    const size_t begun = source.packets().size();
    source.Waits(kNsPerSecond).Unanswered("PUT", "/idx/_doc/9", R"({"a":9})");
    const size_t end = source.packets().size();
    source.Waits(kNsPerSecond).Puts("3", 2).Waits(20 * kNsPerSecond).Puts("4", 3);
    std::vector<test_support::RawPacket> here;
    std::vector<test_support::RawPacket> there;
    for (size_t i = 0; i < source.packets().size(); ++i) {
      test_support::RawPacket packet = source.packets()[i];
      const bool ahead = i >= begun && i < end;
      packet.at += ahead ? 6 * kNsPerSecond : 0;
      (ahead ? there : here).push_back(std::move(packet));
    }
    Record("here", here);
    Record("there", there);
  }

  void Record(const std::string& recorder, const std::vector<test_support::RawPacket>& packets) {
    const std::string capture = folder_ / (recorder + ".pcap");
    test_support::PcapWriter(capture).Write(packets);
    const Outcome outcome = Trafrec(
        {"record", "--read", capture, "--log", folder_ / "log", "--recorder", recorder, "--quiet"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  Outcome Reconcile(std::vector<std::string> options) const {
    options.insert(options.begin(), {"reconcile", folder_ / "log", "--dialect", "search"});
    return Trafrec(options);
  }

  /// How many verdicts are proven.
  int Proven(std::vector<std::string> options) const {
    options.emplace_back("--json");
    std::istringstream lines(Reconcile(options).out);
    int proven = 0;
    for (std::string line; std::getline(lines, line);) {
      proven += json::parse(line)["grade"] == "proven" ? 1 : 0;
    }
    return proven;
  }

  TemporaryFolder folder_;
};

TEST_F(ClockError, TimesOfTwoRecordersAreNotComparedWithinWhatTheirClocksMayDiffer) {
  EXPECT_EQ(Proven({}), 0);
}

TEST_F(ClockError, WhatIsTakenForGrantedOfClocksIsNamed) {
  EXPECT_THAT(Reconcile({}).out, HasSubstr("the clock of there"));
}

TEST_F(ClockError, AScriptReadsInANoteWhatIsTakenForGranted) {
  EXPECT_THAT(Reconcile({"--json"}).out, AllOf(HasSubstr("the clock of there"),
                                               HasSubstr(R"("about":"clocks","index":null})")));
}

TEST_F(ClockError, WhoKnowsItSaysSo) {
  EXPECT_GT(Proven({"--clock-error", "1ms"}), 0);  // and is believed, even if it is not so
}

}  // namespace
}  // namespace trafrec::tools
