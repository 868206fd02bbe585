#include "tests/reassembly/dissection/dissection_test_support.h"

namespace trafrec::reassembly {
namespace {

using namespace test_support;

constexpr uint8_t kToAccessPoint = 0x01, kBetweenAccessPoints = 0x03, kProtected = 0x40,
                  kOrder = 0x80;

/// LLC/SNAP with "hello" inside.
ByteVector Llc() {
  ByteVector out = Hex("aaaa03 000000 0800");
  PutBytes(out, Hello());
  return out;
}

/// A data frame; `more_header` follows the 24 bytes that all have.
ByteVector DataFrame(uint8_t first_byte, uint8_t flags, const ByteVector& more_header,
                     const ByteVector& body = Llc()) {
  ByteVector out = {first_byte, flags, 0, 0};
  out.resize(24);
  PutBytes(out, more_header);
  PutBytes(out, body);
  return out;
}

constexpr uint8_t kData = 0x08, kNoData = 0x48, kQosData = 0x88, kBeacon = 0x80;

ByteVector Radiotap(const ByteVector& header, const ByteVector& frame) {
  ByteVector out = header;
  PutBytes(out, frame);
  return out;
}

TEST(DissectorWireless, DataFrame) {
  EXPECT_EQ(Feed(kLink80211)(DataFrame(kData, kToAccessPoint, {})), "TCP hello");
}

TEST(DissectorWireless, FourAddressesMakeTheHeaderLonger) {
  EXPECT_EQ(Feed(kLink80211)(DataFrame(kData, kBetweenAccessPoints, ByteVector(6))), "TCP hello");
}

TEST(DissectorWireless, QualityOfServiceMakesTheHeaderLonger) {
  EXPECT_EQ(Feed(kLink80211)(DataFrame(kQosData, kToAccessPoint, ByteVector(2))), "TCP hello");
}

TEST(DissectorWireless, HtControlMakesTheHeaderLonger) {
  EXPECT_EQ(Feed(kLink80211)(DataFrame(kQosData, kOrder, ByteVector(2 + 4))), "TCP hello");
}

TEST(DissectorWireless, ManagementAndEmptyFramesAreNotIp) {
  EXPECT_EQ(Feed(kLink80211)(DataFrame(kBeacon, 0, {})), "ignored: not_ip");
  EXPECT_EQ(Feed(kLink80211)(DataFrame(kNoData, 0, {})), "ignored: not_ip");
}

TEST(DissectorWireless, ProtectedFramesAreEncrypted) {
  EXPECT_EQ(Feed(kLink80211)(DataFrame(kData, kProtected, {})), "ignored: encrypted");
}

TEST(DissectorWireless, AggregatedFramesAreCountedAsUnknown) {
  EXPECT_EQ(Feed(kLink80211)(DataFrame(kQosData, 0, {0x80, 0})),
            "ignored: unknown_encapsulation.ieee80211_aggregate_0x8800");
}

TEST(DissectorWireless, RadiotapHeaderIsSkipped) {
  const ByteVector header = Hex("00 00 0900 02000000 00");
  EXPECT_EQ(Feed(kLink80211Radiotap)(Radiotap(header, DataFrame(kData, 0, {}))), "TCP hello");
}

TEST(DissectorWireless, RadiotapFlagsStandBehindTheTime) {
  // Two words of present bits, the time (aligned to eight), then flags: header padded.
  const ByteVector header = Hex("00 00 1900 03000080 00000000 00000000 1122334455667788 20");
  const ByteVector padded = DataFrame(kQosData, 0, ByteVector(2 + 2));
  EXPECT_EQ(Feed(kLink80211Radiotap)(Radiotap(header, padded)), "TCP hello");
}

TEST(DissectorWireless, RadiotapSaysThatTheFrameIsDamaged) {
  const ByteVector header = Hex("00 00 0900 02000000 40");
  EXPECT_EQ(Feed(kLink80211Radiotap)(Radiotap(header, DataFrame(kData, 0, {}))),
            "ignored: bad_checksum");
}

TEST(DissectorWireless, RadiotapLongerThanThePacketIsBad) {
  EXPECT_EQ(Feed(kLink80211Radiotap)(Hex("00 00 ff00 02000000 00")), "ignored: bad_length");
}

TEST(DissectorWireless, PpiNamesTheLinkType) {
  EXPECT_EQ(Feed(kLinkPpi)(Radiotap(Hex("00 00 0800 69000000"), DataFrame(kData, 0, {}))),
            "TCP hello");
  EXPECT_EQ(Feed(kLinkPpi)(Radiotap(Hex("00 00 0c00 01000000 deadbeef"), Ethernet(Hello()))),
            "TCP hello");
}

TEST(DissectorWireless, PpiInsidePpiWithoutEndIsNesting) {
  ByteVector packet;
  for (int i = 0; i < 200; ++i) {
    PutBytes(packet, Hex("00 00 0800 c0000000"));
  }
  EXPECT_EQ(Feed(kLinkPpi)(packet), "ignored: nesting");
}

}  // namespace
}  // namespace trafrec::reassembly
