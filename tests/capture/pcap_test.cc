#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/capture/capture_bytes.h"

namespace trafrec::capture {
namespace {

using testing::HasSubstr;

constexpr uint32_t kNanoseconds = 0xa1b23c4d;
constexpr uint32_t kKuznetzov = 0xa1b2cd34;

class PcapTimes : public testing::TestWithParam<PcapShape> {};

TEST_P(PcapTimes, AreNanosecondsWhateverTheUnitAndTheByteOrder) {
  const TemporaryFolder folder;
  const uint64_t ticks =
      GetParam().magic == kNanoseconds ? 1'700'000'000'123'456'789 : 1'700'000'000'123'456;
  const Reading reading = Read({folder.Write("a", Pcap(GetParam(), {{ticks, "one"}}))});
  ASSERT_EQ(reading.packets.size(), 1U);
  EXPECT_EQ(reading.packets[0].at, GetParam().magic == kNanoseconds ? 1'700'000'000'123'456'789
                                                                    : 1'700'000'000'123'456'000);
  EXPECT_EQ(reading.packets[0].bytes, "one");
}

INSTANTIATE_TEST_SUITE_P(Variants, PcapTimes,
                         testing::Values(PcapShape{.order = Order::kLittle},
                                         PcapShape{.order = Order::kBig},
                                         PcapShape{.order = Order::kLittle, .magic = kNanoseconds},
                                         PcapShape{.order = Order::kBig, .magic = kNanoseconds},
                                         PcapShape{.order = Order::kLittle, .magic = kKuznetzov},
                                         PcapShape{.order = Order::kBig, .magic = kKuznetzov}));

TEST(PcapFile, KeepsTheLengthOnTheWireOfACutPacket) {
  const TemporaryFolder folder;
  const Reading reading = Read({folder.Write("a", Pcap({}, {{0, "half", 1'500}}))});
  ASSERT_EQ(reading.packets.size(), 1U);
  EXPECT_EQ(reading.packets[0].wire_bytes, 1'500U);
}

TEST(PcapFile, TimesAfter2038AreNotNegative) {
  const TemporaryFolder folder;
  const Reading reading = Read({folder.Write("a", Pcap({}, {{4'000'000'000'000'000, "late"}}))});
  ASSERT_EQ(reading.packets.size(), 1U);
  EXPECT_EQ(reading.packets[0].at, 4'000'000'000 * kNsPerSecond);
}

TEST(PcapFile, LinkTypeLeavesOutTheFrameCheckBits) {
  const TemporaryFolder folder;
  const Reading reading =
      Read({folder.Write("a", Pcap({.link_type = 0x24000071}, {{0, "cooked"}}))});
  ASSERT_EQ(reading.packets.size(), 1U);
  EXPECT_EQ(reading.packets[0].link_type, 0x71);
}

TEST(PcapFile, KuznetzovsHeaderTellsTheDirection) {
  const TemporaryFolder folder;
  const Reading reading = Read({folder.Write("a", Pcap({.magic = kKuznetzov}, {{0, "sent"}}))});
  ASSERT_EQ(reading.packets.size(), 1U);
  EXPECT_TRUE(reading.packets[0].outgoing);
}

TEST(PcapFile, LengthsSwappedByOldVersionsArePutRight) {
  const TemporaryFolder folder;
  std::string bytes = Pcap({.minor = 2}, {{0, "four", 60}});
  std::swap_ranges(bytes.begin() + 32, bytes.begin() + 36, bytes.begin() + 36);
  const Reading reading = Read({folder.Write("a", bytes)});
  EXPECT_EQ(reading.Order(), "four");
}

TEST(PcapFile, WithoutPacketsIsFine) {
  const TemporaryFolder folder;
  const Reading reading = Read({folder.Write("a", Pcap({}, {}))});
  EXPECT_TRUE(reading.packets.empty() && reading.warnings.empty());
}

TEST(PcapFile, CutInAPacketIsReadUpToTheCut) {
  const TemporaryFolder folder;
  std::string bytes = Pcap({}, {{0, "whole"}, {1, "cut"}});
  bytes.pop_back();
  const Reading reading = Read({folder.Write("a", bytes)});
  EXPECT_EQ(reading.Order(), "whole");
  EXPECT_TRUE(reading.IsCut());
}

TEST(PcapFile, CutInAPacketsHeaderIsReadUpToTheCut) {
  const TemporaryFolder folder;
  std::string bytes = Pcap({}, {{0, "whole"}, {1, ""}});
  bytes.pop_back();
  const Reading reading = Read({folder.Write("a", bytes)});
  EXPECT_EQ(reading.Order(), "whole");
  EXPECT_TRUE(reading.IsCut());
}

TEST(PcapFile, CutInItsOwnHeaderIsNoError) {
  const TemporaryFolder folder;
  const Reading reading = Read({folder.Write("a", Pcap({}, {}).substr(0, 20))});
  EXPECT_TRUE(reading.IsCut());
}

TEST(PcapFile, AnAbsurdLengthIsDamageAndNotMemory) {
  const TemporaryFolder folder;
  std::string bytes = Pcap({}, {{0, "whole"}, {1, "bad"}});
  bytes[24 + 16 + 5 + 8 + 3] = '\x7f';
  const Reading reading = Read({folder.Write("a", bytes)});
  EXPECT_EQ(reading.Order(), "whole");
  EXPECT_TRUE(reading.IsCut());
}

TEST(PcapFile, OfAnotherVersionIsRefused) {
  const TemporaryFolder folder;
  std::string bytes = Pcap({}, {});
  bytes[4] = 3;
  const Error error = OpenError({folder.Write("a", bytes)});
  EXPECT_EQ(error.code, ErrorCode::kUnsupported);
}

TEST(PcapFile, LargerThanAWindowLosesNoPacketAtItsEdges) {
  const TemporaryFolder folder;
  std::vector<Written> packets;
  size_t bytes = 0;
  for (uint64_t i = 0; bytes < size_t{9} << 20; ++i) {
    packets.push_back({i, std::string(1 + i * 7'919 % 9'000, static_cast<char>('a' + i % 26))});
    bytes += packets.back().bytes.size();
  }
  const Reading reading = Read({folder.Write("a", Pcap({}, packets))});
  ASSERT_EQ(reading.packets.size(), packets.size());
  for (size_t i = 0; i < packets.size(); ++i) {
    ASSERT_EQ(reading.packets[i].bytes, packets[i].bytes) << i;
  }
}

TEST(PcapFile, PacketLargerThanAWindowIsWhole) {
  const TemporaryFolder folder;
  const std::string large(size_t{5} << 20, 'x');
  const Reading reading = Read({folder.Write("a", Pcap({}, {{0, "a"}, {1, large}, {2, "b"}}))});
  EXPECT_EQ(reading.Order(), "a " + large + " b");
}

}  // namespace
}  // namespace trafrec::capture
