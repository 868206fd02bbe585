#include "telemetry/listen_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec::telemetry {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;

TEST(ListenSocket, APortAloneIsOnLoopback) {
  const auto socket = ListenSocket::Open("0");
  ASSERT_TRUE(socket) << socket.error().what;
  EXPECT_THAT(socket->address(), MatchesRegex("127\\.0\\.0\\.1:[1-9][0-9]*"));
}

TEST(ListenSocket, HostAndPortAreTakenAsTheyAre) {
  const auto socket = ListenSocket::Open("0.0.0.0:0");
  ASSERT_TRUE(socket) << socket.error().what;
  EXPECT_THAT(socket->address(), MatchesRegex("0\\.0\\.0\\.0:[1-9][0-9]*"));
}

TEST(ListenSocket, Ipv6StandsInBrackets) {
  const auto socket = ListenSocket::Open("[::1]:0");
  ASSERT_TRUE(socket) << socket.error().what;
  EXPECT_THAT(socket->address(), MatchesRegex("\\[::1\\]:[1-9][0-9]*"));
}

TEST(ListenSocket, Ipv6WithoutBracketsIsNotGuessedAt) {
  const auto socket = ListenSocket::Open("::1:9105");
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, ErrorCode::kUsage);
  EXPECT_THAT(socket.error().remedy, HasSubstr("[::1]:9105"));
}

TEST(ListenSocket, APortInUseIsRefusedByNameWithARemedy) {
  const auto first = ListenSocket::Open("0");
  ASSERT_TRUE(first);
  const auto second = ListenSocket::Open(first->address());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kInUse);
  EXPECT_THAT(second.error().what,
              AllOf(HasSubstr(first->address()), HasSubstr("Address already in use")));
  EXPECT_THAT(second.error().remedy, HasSubstr("another port"));
}

TEST(ListenSocket, AnAddressOfNobodyHereIsRefusedByName) {
  const auto socket = ListenSocket::Open("192.0.2.1:9105");
  ASSERT_FALSE(socket);
  EXPECT_THAT(socket.error().what, HasSubstr("192.0.2.1:9105"));
  EXPECT_THAT(socket.error().remedy, HasSubstr("ip address"));
}

TEST(ListenSocket, WhatIsNoAddressIsAUsageError) {
  for (const char* text : {"", ":9105", "localhost", "localhost:", "1:65536", "9105x", "a:-1"}) {
    const auto socket = ListenSocket::Open(text);
    ASSERT_FALSE(socket) << text;
    EXPECT_EQ(socket.error().code, ErrorCode::kUsage) << text;
    EXPECT_THAT(socket.error().remedy, HasSubstr("9105 (on 127.0.0.1)")) << text;
  }
}

}  // namespace
}  // namespace trafrec::telemetry
