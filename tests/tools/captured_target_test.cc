#include "tools/replay/captured_target.h"

#include <gtest/gtest.h>

#include "base/endpoint_text.h"

namespace trafrec::tools {
namespace {

Endpoint At(const std::string& text) { return ParseEndpoint(text).value(); }

bool IsSeen(const RunningCapture& capture, const std::string& target) {
  const MachineAddresses machine{{At("10.1.1.1:1").address, At("[2001:db8::1]:1").address}};
  return Sees(capture, machine, At(target)).value();
}

TEST(CapturedTarget, IsSeenByTheFilterOfTheRecorder) {
  EXPECT_TRUE(IsSeen({"lo", "tcp port 80 or 81"}, "127.0.0.1:81"));
  EXPECT_FALSE(IsSeen({"lo", "tcp port 80 or 81"}, "127.0.0.1:82"));
  EXPECT_TRUE(IsSeen({"lo", ""}, "127.0.0.1:82"));
  EXPECT_TRUE(IsSeen({"lo", "(tcp port 80) and (host ::1)"}, "[::1]:80"));
  EXPECT_FALSE(IsSeen({"lo", "(tcp port 80) and (host 127.0.0.2)"}, "127.0.0.1:80"));
}

TEST(CapturedTarget, OfThisMachineIsSeenOnLoopback) {
  EXPECT_TRUE(IsSeen({"lo", "tcp port 80"}, "10.1.1.1:80"));
  EXPECT_TRUE(IsSeen({"any", "tcp port 80"}, "10.1.1.1:80"));
  EXPECT_FALSE(IsSeen({"eth0", "tcp port 80"}, "10.1.1.1:80"));
}

TEST(CapturedTarget, OfAnotherMachineIsSeenOnAnotherInterface) {
  EXPECT_TRUE(IsSeen({"eth0", "tcp port 80"}, "10.1.1.2:80"));
  EXPECT_TRUE(IsSeen({"any", "tcp port 80"}, "[2001:db8::2]:80"));
  EXPECT_FALSE(IsSeen({"lo", "tcp port 80"}, "10.1.1.2:80"));
}

TEST(CapturedTarget, IsNotSeenByARecorderOfFiles) {
  EXPECT_FALSE(IsSeen({"", ""}, "127.0.0.1:80"));
}

}  // namespace
}  // namespace trafrec::tools
