#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/service_manager.h"
#include "tests/support/wait_until.h"
#include "tests/tools/live_recording.h"

namespace trafrec::tools {
namespace {

using test_support::RunningProcess;
using testing::AllOf;
using testing::HasSubstr;

/// A recorder with a service manager.
class Service : public LiveRecording {
 protected:
  std::unique_ptr<RunningProcess> Start(std::map<std::string, std::string> environment = {}) const {
    environment.emplace("NOTIFY_SOCKET", manager_.address());
    return std::make_unique<RunningProcess>(
        std::vector<std::string>{TRAFREC_BINARY, "record", "-i", "lo", "--port", "9200", "-l", log_,
                                 "--recorder", "test"},
        test_support::RunOptions{.environment = std::move(environment)});
  }

  const test_support::ServiceManager manager_;
};

TEST_F(Service, IsReadyOnceEachPacketIsRecorded) {
  const auto recorder = Start();
  EXPECT_THAT(manager_.Receive(), AllOf(HasSubstr("READY=1\n"), HasSubstr("STATUS=recording")));
  Curl({server_.url() + "/item"})->Finish();
  recorder->Signal(SIGTERM);
  EXPECT_EQ(recorder->Finish().exit_code, 0);
  EXPECT_EQ(CompleteExchanges(log_).size(), 1U);
}

TEST_F(Service, SaysHowItGoes) {
  const auto recorder = Start();
  EXPECT_THAT(manager_.WaitFor("STATUS=0 packets/s"), HasSubstr("lost 0"));
}

TEST_F(Service, SaysThatItStopsBeforeItSeals) {
  const auto recorder = Start();
  manager_.WaitFor("READY=1");
  recorder->Signal(SIGTERM);
  manager_.WaitFor("STOPPING=1");
  EXPECT_EQ(recorder->Finish().exit_code, 0);
}

TEST_F(Service, FeedsTheWatchdogInSilenceToo) {
  const auto recorder = Start({{"WATCHDOG_USEC", "2000000"}});
  for (int signs = 0; signs < 3; ++signs) {
    manager_.WaitFor("WATCHDOG=1");
  }
}

TEST_F(Service, TellsTheManagerOfAReload) {
  const auto recorder = Start();
  manager_.WaitFor("READY=1");
  recorder->Signal(SIGHUP);
  EXPECT_THAT(manager_.WaitFor("RELOADING=1"), HasSubstr("MONOTONIC_USEC="));
  EXPECT_THAT(manager_.WaitFor("READY=1"), HasSubstr("STATUS=reloaded"));
}

TEST_F(Service, RecordsAlsoIfTheManagersAddressIsWrong) {
  const auto recorder = Start({{"NOTIFY_SOCKET", "nowhere"}});
  recorder->WaitForError("NOTIFY_SOCKET names no socket: 'nowhere'");
  recorder->WaitForError("recording on lo");
}

}  // namespace
}  // namespace trafrec::tools
