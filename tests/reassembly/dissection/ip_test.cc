#include "tests/reassembly/dissection/dissection_test_support.h"

namespace trafrec::reassembly {
namespace {

using namespace test_support;

constexpr uint8_t kHopByHop = 0, kRouting = 43, kFragmentHeader = 44, kAuthentication = 51,
                  kDestinationOptions = 60;

const std::string kLongPayload(9'000, 'x');

TEST(DissectorTcp, SegmentHasWhatTheHeaderSays) {
  Feed feed;
  const Dissected seen = feed(Ethernet(IpTcp({.source = Ip("10.1.2.3", 1234),
                                              .destination = Ip("10.4.5.6", 80),
                                              .sequence = 0xfffffff0,
                                              .acknowledgment = 77,
                                              .flags = kPsh | kAck | kFin,
                                              .window = 500,
                                              .payload = "abc"})));
  ASSERT_TRUE(seen.segment.has_value());
  EXPECT_EQ(seen.segment->source, Ip("10.1.2.3", 1234));
  EXPECT_EQ(seen.segment->destination, Ip("10.4.5.6", 80));
  EXPECT_EQ(seen.segment->sequence, 0xfffffff0);
  EXPECT_EQ(seen.segment->acknowledgment, 77u);
  EXPECT_EQ(seen.segment->flags, kPsh | kAck | kFin);
  EXPECT_EQ(seen.segment->window, 500);
  EXPECT_EQ(seen.segment->window_shift, 0xff);
  EXPECT_EQ(seen.payload, "abc");
}

TEST(DissectorTcp, WindowScaleOfASynIsRead) {
  EXPECT_EQ(Feed()(Ethernet(IpTcp({.flags = kSyn, .options = SynOptions(1460, 7)})))
                .segment->window_shift,
            7);
}

TEST(DissectorTcp, WindowScaleCountsInASynOnly) {
  EXPECT_EQ(Feed()(Ethernet(IpTcp({.flags = kAck, .options = SynOptions(1460, 7)})))
                .segment->window_shift,
            0xff);
}

TEST(DissectorTcp, WindowScaleAbove14Is14) {
  EXPECT_EQ(
      Feed()(Ethernet(IpTcp({.flags = kSyn, .options = {3, 3, 200, 0}}))).segment->window_shift,
      14);
}

TEST(DissectorTcp, OptionsThatContradictThemselvesEndTheList) {
  for (const ByteVector& options : {ByteVector{3, 0, 7, 0}, ByteVector{8, 40, 3, 3},
                                    ByteVector{1, 1, 1, 3}, ByteVector{3, 1, 3, 3}}) {
    EXPECT_EQ(Feed()(Ethernet(IpTcp({.flags = kSyn, .options = options}))).segment->window_shift,
              0xff);
  }
}

TEST(DissectorTcp, HeaderLengthBelow20IsBad) {
  ByteVector packet = Ethernet(Hello());
  packet[14 + 20 + 12] = 0x40;
  EXPECT_EQ(Feed()(packet), "ignored: bad_length");
}

TEST(DissectorTcp, HeaderLongerThanThePacketIsBad) {
  ByteVector packet = Ethernet(Hello());
  packet[14 + 20 + 12] = 0xf0;
  EXPECT_EQ(Feed()(packet), "ignored: bad_length");
}

TEST(DissectorIp, OptionsOfIpv4AreSkipped) {
  const Tcp tcp = {.payload = "hello"};
  EXPECT_EQ(Feed()(Ethernet(IpPacket({.options = {0x94, 4, 0, 0, 1, 1, 1}}, TcpBytes(tcp)))),
            "TCP hello");
}

TEST(DissectorIp, HeaderLengthBelow20IsBad) {
  ByteVector packet = Ethernet(Hello());
  packet[14] = 0x44;
  EXPECT_EQ(Feed()(packet), "ignored: bad_length");
}

TEST(DissectorIp, TotalLengthBelowTheHeaderIsBad) {
  ByteVector packet = Ethernet(Hello());
  packet[14 + 3] = 19;
  EXPECT_EQ(Feed()(packet), "ignored: bad_length");
}

TEST(DissectorIp, LengthZeroMeansAllOfALargeSend) {
  Tcp tcp = {.payload = kLongPayload, .checksum = Tcp::Checksum::kPseudoHeader};
  EXPECT_EQ(Feed()(Ethernet(IpPacket({.zero_length = true}, TcpBytes(tcp)))),
            "TCP " + kLongPayload);
  tcp.source = Ip("2001:db8::1", 1);
  tcp.destination = Ip("2001:db8::2", 2);
  EXPECT_EQ(Feed()(Ethernet(IpPacket({.source = tcp.source.address,
                                      .destination = tcp.destination.address,
                                      .zero_length = true},
                                     TcpBytes(tcp)))),
            "TCP " + kLongPayload);
}

TEST(DissectorIp, SnaplenCutsThePayloadNotItsLength) {
  const Dissected seen = Feed().Cut(Ethernet(IpTcp({.payload = kLongPayload})), 100);
  ASSERT_TRUE(seen.segment.has_value());
  EXPECT_EQ(seen.payload.size(), 100u - 14 - 20 - 20);
  EXPECT_EQ(seen.segment->payload_wire_bytes, kLongPayload.size());
}

TEST(DissectorIp, SnaplenWithinTheOptionsLeavesTheSegmentWithoutPayload) {
  const Dissected seen = Feed().Cut(
      Ethernet(IpTcp({.options = ByteVector(12, 1), .payload = "hello"})), 14 + 20 + 20 + 6);
  ASSERT_TRUE(seen.segment.has_value());
  EXPECT_EQ(seen.payload, "");
  EXPECT_EQ(seen.segment->payload_wire_bytes, 5u);
}

TEST(DissectorIp, SnaplenWithinAHeaderIsTruncated) {
  for (const size_t snaplen : {0, 5, 14, 20, 33, 34, 53}) {
    EXPECT_EQ(Feed().Cut(Ethernet(Hello()), snaplen), "ignored: truncated_header") << snaplen;
  }
}

TEST(DissectorIp, PacketThatEndsWithinAHeaderIsBad) {
  ByteVector packet = Ethernet(Hello());
  packet.resize(14 + 10);
  EXPECT_EQ(Feed()(packet), "ignored: bad_length");
}

TEST(DissectorIp, MirrorThatCutsPacketsLeavesTheirLengths) {
  ByteVector packet = Ethernet(IpTcp({.payload = kLongPayload}));
  packet.resize(200);
  const Dissected seen = Feed()(packet);
  ASSERT_TRUE(seen.segment.has_value());
  EXPECT_EQ(seen.payload.size(), 200u - 14 - 20 - 20);
  EXPECT_EQ(seen.segment->payload_wire_bytes, kLongPayload.size());
}

TEST(DissectorIp, AuthenticationHeaderUnderIpv4IsSkipped) {
  ByteVector payload = Hex("06 04 0000 00000000 0000000000000000 0000000000000000");
  PutBytes(payload, TcpBytes({.payload = "hello"}));
  EXPECT_EQ(Feed()(Ethernet(IpPacket({.protocol = 51}, payload))), "TCP hello");
}

TEST(DissectorIp, OtherProtocolsAreIgnoredByName) {
  const auto with_protocol = [](uint8_t protocol) {
    return Ethernet(IpPacket({.protocol = protocol}, ByteVector(40)));
  };
  EXPECT_EQ(Feed()(with_protocol(1)), "ignored: icmp");
  EXPECT_EQ(Feed()(with_protocol(17)), "ignored: udp");
  EXPECT_EQ(Feed()(with_protocol(50)), "ignored: encrypted");
  EXPECT_EQ(Feed()(with_protocol(132)), "ignored: other_protocol.132");
}

TEST(DissectorIpv6, OtherProtocolsAreIgnoredByNumber) {
  constexpr size_t kNextHeader = 6;
  ByteVector packet = HelloV6();
  packet[kNextHeader] = 132;
  EXPECT_EQ(Feed()(Ethernet(packet)), "ignored: other_protocol.132");
  packet[kNextHeader] = 58;
  EXPECT_EQ(Feed()(Ethernet(packet)), "ignored: icmp");
}

TEST(DissectorIpv6, ExtensionHeadersAreSkipped) {
  const ByteVector packet =
      WithExtensions(HelloV6(), {kHopByHop, kDestinationOptions, kAuthentication},
                     {ByteVector(8), Hex("00 01 0000 00000000 0000000000000000"),
                      Hex("00 04 0000 00000000"
                          "0000000000000000 0000000000000000")});
  EXPECT_EQ(Feed()(Ethernet(packet)), "TCP hello");
}

TEST(DissectorIpv6, TooManyExtensionHeadersAreNesting) {
  const ByteVector packet = WithExtensions(HelloV6(), std::vector<uint8_t>(20, kDestinationOptions),
                                           std::vector<ByteVector>(20, ByteVector(8)));
  EXPECT_EQ(Feed()(Ethernet(packet)), "ignored: nesting");
}

TEST(DissectorIpv6, ExtensionHeaderBeyondThePacketIsBad) {
  const ByteVector packet =
      WithExtensions(HelloV6(), {kDestinationOptions}, {Hex("00 ff 0000 00000000")});
  EXPECT_EQ(Feed()(Ethernet(packet)), "ignored: bad_length");
}

TEST(DissectorIpv6, AtomicFragmentIsAWholePacket) {
  const ByteVector packet =
      WithExtensions(HelloV6(), {kFragmentHeader}, {Hex("00 00 0000 12345678")});
  EXPECT_EQ(Feed()(Ethernet(packet)), "TCP hello");
}

TEST(DissectorIpv6, RoutingHeaderNamesTheFinalDestination) {
  const Endpoint final_destination = Ip("2001:db8::99", 80);
  ByteVector packet =
      IpTcp({.source = Ip("2001:db8::1", 1), .destination = final_destination, .payload = "hello"});
  ByteVector routing = Hex("00 02 04 01 00 00 0000");
  PutBytes(routing, final_destination.address.bytes);
  packet = WithExtensions(packet, {kRouting}, {routing});
  packet[24 + 15] = 0x55;  // it is still under way to another
  const Dissected seen = Feed()(Ethernet(packet));
  EXPECT_EQ(seen, "TCP hello");
  EXPECT_EQ(seen.segment->destination, final_destination);
}

}  // namespace
}  // namespace trafrec::reassembly
