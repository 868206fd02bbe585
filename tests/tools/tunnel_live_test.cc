// A tunnel that the kernel makes, recorded on the wire that carries it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "tests/tools/live_recording.h"
#include "tests/tools/wire.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Ip;
using test_support::Outcome;
using test_support::RunningTrafrec;
using test_support::Trafrec;
using test_support::WebServer;
using test_support::Wire;
using testing::IsEmpty;

constexpr const char* kServer = "10.10.0.1";

/// VXLAN over the wire: 10.10.0.1 here, 10.10.0.2 there.
class Vxlan {
 public:
  Vxlan() {
    const std::string device = " link add tunnel type vxlan id 77 dstport 4789 ";
    Ip(device + "local " + Wire::kHere + " remote " + Wire::kThere + " dev here");
    Ip(std::string("addr add ") + kServer + "/24 dev tunnel");
    Ip("link set tunnel up");
    wire_.other().Ip(device + "local " + Wire::kThere + " remote " + Wire::kHere + " dev there");
    wire_.other().Ip("addr add 10.10.0.2/24 dev tunnel");
    wire_.other().Ip("link set tunnel up");
  }
  const Wire& wire() const { return wire_; }

 private:
  const Wire wire_;
};

class LiveTunnel : public testing::Test {
 protected:
  std::unique_ptr<RunningTrafrec> Record(const std::vector<std::string>& filter) const {
    std::vector<std::string> arguments = {"record", "-i", "here", "-l", log_, "--recorder", "test"};
    arguments.insert(arguments.end(), filter.begin(), filter.end());
    auto recorder = std::make_unique<RunningTrafrec>(arguments);
    recorder->WaitForError("recording on here");
    return recorder;
  }
  void Fetch(const std::string& address, int port, const std::string& path) const {
    const std::string url = "http://" + address + ":" + std::to_string(port) + path;
    const auto curl = vxlan_.wire().other().Run(
        {"/usr/bin/curl", "-sS", "-o", "/dev/null", "-Z", "--parallel-max", "4", url});
    EXPECT_EQ(curl->Finish().exit_code, 0) << url;
  }
  static void Stop(RunningTrafrec& recorder) {
    recorder.Signal(SIGINT);
    const Outcome outcome = recorder.Finish();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  const test_support::PrivateNetwork network_;
  const Vxlan vxlan_;
  WebServer asked_{9200, kServer};
  WebServer other_{9201, kServer};
  const test_support::TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
};

TEST_F(LiveTunnel, PortInsideIsRecordedAndAnotherOneIsNeitherRecordedNorMissed) {
  const auto recorder = Record({"--port", "9200"});
  Fetch(kServer, 9200, "/item?id=[1-200]");
  Fetch(kServer, 9201, "/large?other=[1-5]");
  Fetch(kServer, 9200, "/large?id=[1-5]");
  Stop(*recorder);
  std::vector<std::string> served = asked_.StopAndReadLog();
  std::vector<std::string> recorded = CompleteExchanges(log_);
  std::ranges::sort(served);
  std::ranges::sort(recorded);
  EXPECT_EQ(served.size(), 205U);
  EXPECT_EQ(recorded, served);
  EXPECT_EQ(Exported(log_).size(), served.size());
  const json counters = LastAttempt(log_)["counters"];
  EXPECT_GT(counters["packets.ignored.other_port"], 0);
  EXPECT_EQ(counters["gaps.bytes"], 0);
}

TEST_F(LiveTunnel, ChangedFilterChoosesByItsOwnPortsInside) {
  const auto recorder = Record({"--port", "9200"});
  Fetch(kServer, 9200, "/item?asked=first");
  Fetch(kServer, 9201, "/item?asked=not_yet");
  const Outcome changed = Trafrec({"ctl", log_, "filter", "--port", "9201"});
  ASSERT_EQ(changed.exit_code, 0) << changed.err;
  Fetch(kServer, 9201, "/item?asked=now");
  Fetch(kServer, 9200, "/item?asked=no_more");
  Stop(*recorder);
  EXPECT_THAT(CompleteExchanges(log_),
              testing::ElementsAre("GET 200 /item?asked=first", "GET 200 /item?asked=now"));
}

TEST_F(LiveTunnel, TextAloneStillSeesTheOuterPacketOnly) {
  const auto recorder = Record({"--filter", "tcp port 9200"});
  Fetch(kServer, 9200, "/item");
  Stop(*recorder);
  EXPECT_THAT(Exported(log_), IsEmpty());
  EXPECT_EQ(LastAttempt(log_)["counters"]["packets.received"], 0);
}

}  // namespace
}  // namespace trafrec::tools
