#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/capture/capture_bytes.h"

namespace trafrec::capture {
namespace {

using testing::HasSubstr;

Reading ReadBytes(const std::string& bytes) {
  const TemporaryFolder folder;
  return Read({folder.Write("a.pcapng", bytes)});
}

class PcapngOrders : public testing::TestWithParam<Order> {};

TEST_P(PcapngOrders, EnhancedSimpleAndOldPacketsAreRead) {
  const Reading reading = ReadBytes(Pcapng(GetParam())
                                        .AddInterface({})
                                        .Enhanced(0, {1'000'000, "enhanced"})
                                        .Simple({0, "simple"})
                                        .OldPacket(0, {2'000'000, "old"})
                                        .bytes());
  EXPECT_EQ(reading.Order(), "enhanced simple old");
  EXPECT_TRUE(reading.warnings.empty());
}

INSTANTIATE_TEST_SUITE_P(Both, PcapngOrders, testing::Values(Order::kLittle, Order::kBig));

TEST(PcapngFile, EachInterfaceHasItsLinkTypeAndName) {
  const Reading reading = ReadBytes(Pcapng()
                                        .AddInterface({.link_type = 1, .name = "eth0"})
                                        .AddInterface({.link_type = 113, .name = "any"})
                                        .Enhanced(1, {0, "x"})
                                        .Enhanced(0, {1, "y"})
                                        .bytes());
  ASSERT_EQ(reading.packets.size(), 2U);
  EXPECT_EQ(reading.packets[0].link_type, 113);
  EXPECT_EQ(reading.packets[0].interface, "any");
  EXPECT_EQ(reading.packets[1].link_type, 1);
  EXPECT_EQ(reading.packets[1].interface, "eth0");
}

TEST(PcapngFile, SectionsHaveTheirOwnByteOrderAndInterfaces) {
  const Reading reading = ReadBytes(Pcapng(Order::kLittle)
                                        .AddInterface({.name = "first"})
                                        .Enhanced(0, {0, "a"})
                                        .Section(Order::kBig)
                                        .AddInterface({.name = "second"})
                                        .Enhanced(0, {1, "b"})
                                        .bytes());
  ASSERT_EQ(reading.packets.size(), 2U);
  EXPECT_EQ(reading.packets[0].interface, "first");
  EXPECT_EQ(reading.packets[1].interface, "second");
}

struct Resolution {
  uint8_t code;
  uint64_t ticks;
  TimeNs at;

  friend void PrintTo(const Resolution& resolution, std::ostream* out) {
    *out << "code " << +resolution.code << ", " << resolution.ticks << " ticks";
  }
};

class PcapngResolutions : public testing::TestWithParam<Resolution> {};

TEST_P(PcapngResolutions, BecomeNanoseconds) {
  const Reading reading = ReadBytes(Pcapng()
                                        .AddInterface({.resolution = GetParam().code})
                                        .Enhanced(0, {GetParam().ticks, "x"})
                                        .bytes());
  ASSERT_EQ(reading.packets.size(), 1U);
  EXPECT_EQ(reading.packets[0].at, GetParam().at);
}

INSTANTIATE_TEST_SUITE_P(
    Codes, PcapngResolutions,
    testing::Values(Resolution{0, 1'700'000'000, 1'700'000'000'000'000'000},
                    Resolution{3, 1'700'000'000'123, 1'700'000'000'123'000'000},
                    Resolution{6, 1'700'000'000'123'456, 1'700'000'000'123'456'000},
                    Resolution{9, 1'700'000'000'123'456'789, 1'700'000'000'123'456'789},
                    Resolution{12, 1'700'000'123'456'789'012, 1'700'000'123'456'789},
                    Resolution{19, 12'345'678'901'234'567'890U, 1'234'567'890},
                    Resolution{20, 12'345'678'901'234'567'890U, 0},
                    Resolution{0x80 | 1, 3, 1'500'000'000},
                    Resolution{0x80 | 20, 1'700'000'000ULL << 20 | 1ULL << 19,
                               1'700'000'000'500'000'000},
                    Resolution{0x80 | 63, 1ULL << 63, 1'000'000'000}, Resolution{0xff, 1, 0},
                    Resolution{0, ~uint64_t{0}, INT64_MAX}));

TEST(PcapngFile, TimeOffsetIsAdded) {
  const Reading reading = ReadBytes(Pcapng()
                                        .AddInterface({.resolution = 9, .offset_s = -5})
                                        .Enhanced(0, {7'000'000'000, "x"})
                                        .bytes());
  ASSERT_EQ(reading.packets.size(), 1U);
  EXPECT_EQ(reading.packets[0].at, 2 * kNsPerSecond);
}

TEST(PcapngFile, SimplePacketIsCutBySnaplenAndHasTheTimeOfTheOneBefore) {
  const Reading reading = ReadBytes(Pcapng()
                                        .AddInterface({.snaplen = 4, .resolution = 9})
                                        .Enhanced(0, {1'234, "x"})
                                        .Simple({0, "abcd", 100})
                                        .bytes());
  ASSERT_EQ(reading.packets.size(), 2U);
  EXPECT_EQ(reading.packets[1].bytes, "abcd");
  EXPECT_EQ(reading.packets[1].wire_bytes, 100U);
  EXPECT_EQ(reading.packets[1].at, 1'234);
}

TEST(PcapngFile, PacketFlagsTellDirectionAndUnfinishedChecksum) {
  const Reading reading = ReadBytes(Pcapng()
                                        .AddInterface({})
                                        .Enhanced(0, {0, "in"}, 1)
                                        .Enhanced(0, {1, "out"}, 2 | 1U << 9)
                                        .bytes());
  ASSERT_EQ(reading.packets.size(), 2U);
  EXPECT_FALSE(reading.packets[0].outgoing || reading.packets[0].checksum_not_ready);
  EXPECT_TRUE(reading.packets[1].outgoing && reading.packets[1].checksum_not_ready);
}

TEST(PcapngFile, UnknownBlocksAreSkippedHoweverLarge) {
  const Reading reading = ReadBytes(Pcapng()
                                        .AddInterface({})
                                        .Block(0x0bad, std::string(size_t{20} << 20, 'x'))
                                        .Enhanced(0, {0, "after"})
                                        .bytes());
  EXPECT_EQ(reading.Order(), "after");
  EXPECT_TRUE(reading.warnings.empty());
}

TEST(PcapngFile, DropsThatItsWriterCountedAreKept) {
  const Reading reading = ReadBytes(Pcapng()
                                        .AddInterface({})
                                        .Statistics(0, 3, 10)
                                        .Enhanced(0, {0, "x"})
                                        .Statistics(0, 4, 25)
                                        .bytes());
  EXPECT_EQ(reading.drops.interface, 4U);
  EXPECT_EQ(reading.drops.kernel, 25U);
}

TEST(PcapngFile, PacketOfAnUndescribedInterfaceIsLeftOutAndNamed) {
  const Reading reading =
      ReadBytes(Pcapng().AddInterface({}).Enhanced(7, {0, "x"}).Enhanced(0, {1, "good"}).bytes());
  EXPECT_EQ(reading.Order(), "good");
  ASSERT_EQ(reading.warnings.size(), 1U);
  EXPECT_THAT(reading.warnings[0].what, HasSubstr("interface 7"));
}

TEST(PcapngFile, ManyBadBlocksDoNotFillTheTerminal) {
  Pcapng file;
  for (uint64_t i = 0; i < 1'000; ++i) {
    file.Enhanced(0, {i, "x"});
  }
  EXPECT_LE(ReadBytes(file.bytes()).warnings.size(), 10U);
}

TEST(PcapngFile, CutInABlockIsReadUpToTheCut) {
  std::string bytes =
      Pcapng().AddInterface({}).Enhanced(0, {0, "whole"}).Enhanced(0, {1, "cut"}).bytes();
  bytes.pop_back();
  const Reading reading = ReadBytes(bytes);
  EXPECT_EQ(reading.Order(), "whole");
  EXPECT_TRUE(reading.IsCut());
}

TEST(PcapngFile, CutInAnUnknownBlockIsCut) {
  std::string bytes =
      Pcapng().AddInterface({}).Enhanced(0, {0, "whole"}).Block(0x0bad, "skipped").bytes();
  bytes.resize(bytes.size() - 8);
  const Reading reading = ReadBytes(bytes);
  EXPECT_EQ(reading.Order(), "whole");
  EXPECT_TRUE(reading.IsCut());
}

TEST(PcapngFile, BlockWhoseTwoLengthsDifferIsDamage) {
  std::string bytes = Pcapng().AddInterface({}).Enhanced(0, {0, "whole"}).bytes();
  const size_t good = bytes.size();
  bytes += Pcapng().AddInterface({}).bytes();
  bytes[good + 28 - 4] = 99;
  const Reading reading = ReadBytes(bytes);
  EXPECT_EQ(reading.Order(), "whole");
  EXPECT_TRUE(reading.IsCut());
}

TEST(PcapngFile, OfAnotherMajorVersionIsRefused) {
  const TemporaryFolder folder;
  std::string bytes = Pcapng().bytes();
  bytes[12] = 9;
  EXPECT_EQ(OpenError({folder.Write("a", bytes)}).code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace trafrec::capture
