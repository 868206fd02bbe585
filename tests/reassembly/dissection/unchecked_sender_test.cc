#include "tests/reassembly/dissection/dissection_test_support.h"

// Senders of whom no checksum is right: a card computes them, or a tool made the packets up.

namespace trafrec::reassembly {
namespace {

using namespace test_support;

constexpr uint8_t kSynAck = kSyn | kAck;

/// Packets between a client and a server, each of which computes its checksums or does not.
class Conversation {
 public:
  Conversation(Tcp::Checksum client, Tcp::Checksum server) : client_(client), server_(server) {}

  std::string Client(uint32_t sequence, uint32_t acknowledgment, uint8_t flags,
                     const std::string& payload = {}) {
    return Send(Ip("10.0.0.1", 40'000), Ip("10.0.0.2", 80), client_, sequence, acknowledgment,
                flags, payload);
  }
  std::string Server(uint32_t sequence, uint32_t acknowledgment, uint8_t flags,
                     const std::string& payload = {}) {
    return Send(Ip("10.0.0.2", 80), Ip("10.0.0.1", 40'000), server_, sequence, acknowledgment,
                flags, payload);
  }
  void Let(Tcp::Checksum client) { client_ = client; }
  uint64_t Unchecked() const { return feed_.Counter("checksums.tcp.unchecked"); }

 private:
  std::string Send(const Endpoint& source, const Endpoint& destination, Tcp::Checksum checksum,
                   uint32_t sequence, uint32_t acknowledgment, uint8_t flags,
                   const std::string& payload) {
    return feed_(Ethernet(IpTcp({.source = source,
                                 .destination = destination,
                                 .sequence = sequence,
                                 .acknowledgment = acknowledgment,
                                 .flags = flags,
                                 .payload = payload,
                                 .checksum = checksum})))
        .Text();
  }

  Tcp::Checksum client_;
  Tcp::Checksum server_;
  Feed feed_;
};

constexpr const char* kIgnored = "ignored: bad_checksum";

TEST(UncheckedSender, IsBelievedOnceItsSynWasAnswered) {
  Conversation seen(Tcp::Checksum::kZero, Tcp::Checksum::kRight);
  EXPECT_EQ(seen.Client(100, 0, kSyn), kIgnored);
  EXPECT_EQ(seen.Server(500, 101, kSynAck), "TCP ");
  EXPECT_EQ(seen.Client(101, 501, kAck, "ask"), "TCP ask");
  EXPECT_EQ(seen.Unchecked(), 1u);
}

TEST(UncheckedSender, MayBeTheServer) {
  Conversation seen(Tcp::Checksum::kRight, Tcp::Checksum::kZero);
  EXPECT_EQ(seen.Client(100, 0, kSyn), "TCP ");
  EXPECT_EQ(seen.Server(500, 101, kSynAck), kIgnored);
  EXPECT_EQ(seen.Client(101, 501, kAck, "ask"), "TCP ask");
  EXPECT_EQ(seen.Server(501, 104, kAck, "answer"), "TCP answer");
}

TEST(UncheckedSender, MayBeBoth) {
  Conversation seen(Tcp::Checksum::kZero, Tcp::Checksum::kZero);
  EXPECT_EQ(seen.Client(100, 0, kSyn), kIgnored);
  EXPECT_EQ(seen.Server(500, 101, kSynAck), "TCP ");
  EXPECT_EQ(seen.Client(101, 501, kAck, "ask"), "TCP ask");
  EXPECT_EQ(seen.Server(501, 104, kAck, "answer"), "TCP answer");
}

TEST(UncheckedSender, MidwayIsBelievedOnceItsDataWereAcknowledged) {
  Conversation seen(Tcp::Checksum::kZero, Tcp::Checksum::kRight);
  EXPECT_EQ(seen.Client(101, 501, kAck, "one"), kIgnored);
  EXPECT_EQ(seen.Server(501, 104, kAck), "TCP ");
  EXPECT_EQ(seen.Client(104, 501, kAck, "two"), "TCP two");
}

TEST(UncheckedSender, IsNotBelievedForAnAcknowledgmentOfSomethingElse) {
  Conversation seen(Tcp::Checksum::kZero, Tcp::Checksum::kRight);
  EXPECT_EQ(seen.Client(101, 501, kAck, "one"), kIgnored);
  EXPECT_EQ(seen.Server(501, 103, kAck), "TCP ");
  EXPECT_EQ(seen.Client(104, 501, kAck, "two"), kIgnored);
}

TEST(UncheckedSender, ForgedSegmentOfASenderThatIsRightIsNotBelieved) {
  Conversation seen(Tcp::Checksum::kRight, Tcp::Checksum::kRight);
  seen.Client(100, 0, kSyn);
  seen.Server(500, 101, kSynAck);
  seen.Let(Tcp::Checksum::kWrong);
  EXPECT_EQ(seen.Client(101, 501, kAck, "bad"), kIgnored);
  seen.Let(Tcp::Checksum::kRight);
  seen.Client(101, 501, kAck, "ask");
  EXPECT_EQ(seen.Server(501, 104, kAck), "TCP ");
  seen.Let(Tcp::Checksum::kWrong);
  EXPECT_EQ(seen.Client(104, 501, kAck, "bad"), kIgnored);
}

TEST(UncheckedSender, OneThatIsRightByChanceStaysBelievedAndOneThatIsRightAgainAndAgainDoesNot) {
  Conversation seen(Tcp::Checksum::kZero, Tcp::Checksum::kRight);
  seen.Client(100, 0, kSyn);
  seen.Server(500, 101, kSynAck);
  seen.Client(101, 501, kAck, "a");
  seen.Let(Tcp::Checksum::kRight);
  seen.Client(102, 501, kAck, "b");
  seen.Let(Tcp::Checksum::kZero);
  EXPECT_EQ(seen.Client(103, 501, kAck, "c"), "TCP c");
  seen.Let(Tcp::Checksum::kRight);
  seen.Client(104, 501, kAck, "d");
  seen.Client(105, 501, kAck, "e");
  seen.Let(Tcp::Checksum::kZero);
  EXPECT_EQ(seen.Client(106, 501, kAck, "f"), kIgnored);
}

}  // namespace
}  // namespace trafrec::reassembly
