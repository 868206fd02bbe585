#include "daemon/notify_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/support/service_manager.h"

namespace trafrec::daemon {
namespace {

class NotifySocketTest : public testing::Test {
 protected:
  void TearDown() override { unsetenv("NOTIFY_SOCKET"); }
};

using Manager = test_support::ServiceManager;

TEST_F(NotifySocketTest, SaysToTheManagerWhatItIsTold) {
  const Manager manager;
  setenv("NOTIFY_SOCKET", manager.address().c_str(), 1);
  const auto socket = NotifySocket::FromEnvironment();
  ASSERT_TRUE(socket) << socket.error().what;
  socket->Send("READY=1\n");
  EXPECT_EQ(manager.Receive(), "READY=1\n");
}

TEST_F(NotifySocketTest, IsForNobodyWithoutTheVariable) {
  const auto socket = NotifySocket::FromEnvironment();
  ASSERT_TRUE(socket);
  EXPECT_FALSE(socket->open());
  socket->Send("READY=1\n");
}

TEST_F(NotifySocketTest, SurvivesAManagerThatIsGone) {
  const auto socket = [] {
    const Manager manager;
    setenv("NOTIFY_SOCKET", manager.address().c_str(), 1);
    return NotifySocket::FromEnvironment();
  }();
  ASSERT_TRUE(socket);
  socket->Send("READY=1\n");
  const Manager anew;
  socket->Send("STATUS=here\n");
  EXPECT_EQ(anew.Receive(), "STATUS=here\n");
}

TEST_F(NotifySocketTest, RefusesWhatIsNoAddress) {
  for (const std::string& wrong :
       {std::string("notify"), std::string("/") + std::string(107, 'x')}) {
    setenv("NOTIFY_SOCKET", wrong.c_str(), 1);
    EXPECT_FALSE(NotifySocket::FromEnvironment()) << wrong;
  }
}

TEST_F(NotifySocketTest, AStatusIsOneLine) { EXPECT_EQ(StatusLine("a\nb"), "STATUS=a b\n"); }

}  // namespace
}  // namespace trafrec::daemon
