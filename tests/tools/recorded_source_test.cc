#include "tools/replay/recorded_source.h"

#include <gmock/gmock.h>

#include "base/endpoint_text.h"
#include "tests/support/capture_files.h"
#include "tests/support/tcp_conversation.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"

namespace trafrec::tools {
namespace {

using testing::HasSubstr;

Endpoint At(const std::string& text) { return ParseEndpoint(text).value(); }

class RecordedSource : public testing::Test {
 protected:
  /// Two exchanges, with two servers.
  void SetUp() override {
    test_support::PcapWriter file(folder_ / "two.pcap");
    for (const char* server : {"127.0.0.1:9201", "192.0.2.77:9202"}) {
      test_support::TcpConversation wire({.server = At(server)});
      wire.Handshake().ClientSends("GET / HTTP/1.1\r\nHost: es\r\n\r\n");
      wire.ServerSends("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").Close();
      file.Write(wire.TakePackets());
    }
  }
  std::string ErrorOf(const std::string& url) const {
    const std::string log = folder_ / "log";
    if (!std::filesystem::exists(log)) {
      test_support::RecordInto(log, folder_ / "two.pcap");
    }
    const Status status = RefuseRecordedSource({.folders = {log}}, {url});
    return status ? "" : status.error().what;
  }

  const test_support::TemporaryFolder folder_;
  const MachineAddresses machine_{{At("10.1.1.1:1").address, At("[2001:db8::1]:1").address}};
};

TEST_F(RecordedSource, OnePortOfThisMachineIsOneServerUnderAllItsAddresses) {
  for (const char* one : {"127.0.0.1:80", "127.0.0.2:80", "0.0.0.0:80", "10.1.1.1:80", "[::1]:80",
                          "[::]:80", "[2001:db8::1]:80", "[::ffff:127.0.0.1]:80"}) {
    EXPECT_TRUE(machine_.AreOne(At(one), At("10.1.1.1:80"))) << one;
    EXPECT_TRUE(machine_.AreOne(At("127.0.0.1:80"), At(one))) << one;
  }
}

TEST_F(RecordedSource, AnotherPortOrAnotherMachineIsAnotherServer) {
  EXPECT_FALSE(machine_.AreOne(At("127.0.0.1:80"), At("127.0.0.1:81")));
  EXPECT_FALSE(machine_.AreOne(At("127.0.0.1:80"), At("10.1.1.2:80")));
  EXPECT_FALSE(machine_.AreOne(At("10.1.1.2:80"), At("10.1.1.3:80")));
  EXPECT_TRUE(machine_.AreOne(At("10.1.1.2:80"), At("10.1.1.2:80")));
}

TEST_F(RecordedSource, EveryServerOfTheLogIsRefused) {
  EXPECT_EQ(ErrorOf("http://192.0.2.77:9202"),
            "http://192.0.2.77:9202 is the recorded source (192.0.2.77:9202)");
  EXPECT_THAT(ErrorOf("http://127.0.0.1:9201/path"), HasSubstr("is the recorded source"));
}

TEST_F(RecordedSource, AnotherAddressOfTheSourceIsRefusedAndBothAreNamed) {
  EXPECT_EQ(ErrorOf("http://127.0.0.2:9201"),
            "http://127.0.0.2:9201 is the recorded source (127.0.0.1:9201, an address of this "
            "machine, too)");
}

TEST_F(RecordedSource, WhatIsNoServerOfTheLogIsATarget) {
  EXPECT_EQ(ErrorOf("http://127.0.0.1:9202"), "");
  EXPECT_EQ(ErrorOf("http://192.0.2.77:9201"), "");
}

}  // namespace
}  // namespace trafrec::tools
