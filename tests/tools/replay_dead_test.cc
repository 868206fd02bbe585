// What a run does with a mutation that it gave up.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/replay/send/scripted_server.h"
#include "tests/support/capture_files.h"
#include "tests/support/tcp_conversation.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view kEmpty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// A log of a GET of /, two POSTs to /p, one after another, and a target that leaves
/// in doubt what became of the first one to /p.
class ReplayDead : public testing::Test {
 protected:
  void SetUp() override {
    {
      test_support::PcapWriter file(folder_ / "three.pcap");
      test_support::TcpConversation wire;
      wire.Handshake();
      for (const char* request :
           {"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nfirst",
            "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nsecond"}) {
        wire.Wait(kNsPerMs).ClientSends(request);
        wire.Wait(kNsPerMs).ServerSends(kEmpty);
      }
      wire.Close();
      file.Write(wire.TakePackets());
    }
    test_support::RecordInto(log_, folder_ / "three.pcap");
  }
  Outcome Replay(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"replay", log_,      "--dialect", "http",  "--run",
                                          run_,     "--speed", "max",       "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Trafrec(arguments);
  }

  const test_support::TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
  const std::string run_ = folder_ / "run";
  const send::ScriptedServer target_{
      {send::ScriptedServer::Answering([](const std::string& request) -> std::string {
        return request.find("first") != std::string::npos
                   ? "HTTP/1.1 504 X\r\nContent-Length: 0\r\n\r\n"
                   : std::string(kEmpty);
      })}};
};

TEST_F(ReplayDead, ARunThatStoppedAtALetterHoldsBackWhatWritesToTheSameWhenItGoesOn) {
  const Outcome first = Replay({"--to", target_.url(), "--on-dead", "stop"});
  ASSERT_EQ(first.exit_code, 1);
  EXPECT_THAT(first.err, AllOf(HasSubstr("is dead"), HasSubstr("dlq redrive")));
  const Outcome second = Replay({"--resume"});
  ASSERT_EQ(second.exit_code, 3) << second.err;
  const json report = json::parse(second.out);
  EXPECT_EQ(report["whole_run"]["dead"], 1) << report;
  EXPECT_EQ(report["whole_run"]["blocked"], 1) << report;
}

TEST_F(ReplayDead, WhatWritesToTheSameIsHeldBackInEveryOrder) {
  for (const char* order : {"causal", "connection", "none"}) {
    const Outcome outcome =
        Replay({"--to", target_.url(), "--fresh", "--order", order, "--tries", "1"});
    ASSERT_EQ(outcome.exit_code, 3) << order << outcome.err;
    EXPECT_EQ(json::parse(outcome.out)["whole_run"]["blocked"], 1) << order;
  }
}

}  // namespace
}  // namespace trafrec::tools
