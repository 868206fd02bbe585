#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/capture/capture_bytes.h"
#include "tests/support/packets.h"

namespace trafrec::capture {
namespace {

using test_support::ByteVector;
using test_support::Ethernet;
using test_support::IpTcp;
using test_support::Vlan;
using testing::HasSubstr;

ByteVector TcpTo(uint16_t port, const std::string& payload = "hello") {
  return IpTcp({.source = test_support::Ip("10.0.0.1", 40'000),
                .destination = test_support::Ip("10.0.0.2", port),
                .payload = payload});
}

std::string AsString(const ByteVector& bytes) { return std::string(AsText(bytes)); }

/// How many of the frames pass.
size_t Passing(const CaptureFilter& filter, const std::vector<ByteVector>& frames,
               uint32_t link_type = 1) {
  const TemporaryFolder folder;
  std::vector<Written> packets;
  for (const ByteVector& frame : frames) {
    packets.push_back({packets.size(), AsString(frame)});
  }
  return Read({folder.Write("a", Pcap({.link_type = link_type}, packets))}, filter).packets.size();
}

TEST(CaptureFilter, EmptyLetsEverythingThrough) {
  EXPECT_EQ(CaptureFilter{}.Expression(), "");
  EXPECT_EQ(Passing({}, {Ethernet(TcpTo(80)), ByteVector{1, 2, 3}}), 2U);
}

TEST(CaptureFilter, AnyOfThePortsPasses) {
  EXPECT_EQ(Passing({.ports = {80, 9'200}, .hosts = {}, .bpf = ""},
                    {Ethernet(TcpTo(80)), Ethernet(TcpTo(81)), Ethernet(TcpTo(9'200))}),
            2U);
}

TEST(CaptureFilter, PortsHostsAndTextMustAllHold) {
  const std::vector<ByteVector> frames = {Ethernet(TcpTo(80))};
  EXPECT_EQ(Passing({.ports = {80}, .hosts = {"10.0.0.2"}, .bpf = "tcp"}, frames), 1U);
  EXPECT_EQ(Passing({.ports = {80}, .hosts = {"10.0.0.9"}, .bpf = "tcp"}, frames), 0U);
  EXPECT_EQ(Passing({.ports = {80}, .hosts = {"10.0.0.2"}, .bpf = "udp"}, frames), 0U);
}

TEST(CaptureFilter, HostTakesANetworkToo) {
  EXPECT_EQ(Passing({.ports = {}, .hosts = {"10.0.0.0/24"}, .bpf = ""}, {Ethernet(TcpTo(80))}), 1U);
}

TEST(CaptureFilter, LooksBehindOneAndTwoVlanTags) {
  const ByteVector tagged = Ethernet(Vlan(7, TcpTo(80)), test_support::kEtherTypeVlan);
  const ByteVector twice = Ethernet(Vlan(7, Vlan(8, TcpTo(80)), test_support::kEtherTypeVlan),
                                    test_support::kEtherTypeQinQ);
  const ByteVector other = Ethernet(Vlan(7, TcpTo(81)), test_support::kEtherTypeVlan);
  EXPECT_EQ(Passing({.ports = {80}, .hosts = {}, .bpf = ""}, {tagged, twice, other}), 2U);
}

TEST(CaptureFilter, TextThatSpeaksOfTagsIsLeftAsItIs) {
  const CaptureFilter filter{.ports = {}, .hosts = {}, .bpf = "vlan 7 and tcp port 80"};
  EXPECT_EQ(filter.Expression(), "vlan 7 and tcp port 80");
}

TEST(CaptureFilter, LaterFragmentsPassTheFilterForPorts) {
  const std::vector<ByteVector> fragments =
      test_support::Fragments(TcpTo(80, std::string(3'000, 'x')), 1'000, 77);
  std::vector<ByteVector> frames;
  for (const ByteVector& fragment : fragments) {
    frames.push_back(Ethernet(fragment));
  }
  EXPECT_EQ(Passing({.ports = {80}, .hosts = {}, .bpf = ""}, frames), fragments.size());
}

TEST(CaptureFilter, AppliesToLinkTypesThatKnowNoTags) {
  constexpr uint32_t kRawIp = 101;
  constexpr uint32_t kLinuxCooked = 113;
  const CaptureFilter filter{.ports = {80}, .hosts = {}, .bpf = ""};
  EXPECT_EQ(Passing(filter, {TcpTo(80), TcpTo(81)}, kRawIp), 1U);
  EXPECT_EQ(Passing(filter, {test_support::LinuxCooked(TcpTo(80))}, kLinuxCooked), 1U);
}

TEST(CaptureFilter, LinkTypeThatItCannotJudgeIsLeftOutAndNamed) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("a", Pcap({.link_type = 65'000}, {{0, "x"}}));
  const Reading reading = Read({file}, {.ports = {80}, .hosts = {}, .bpf = ""});
  EXPECT_TRUE(reading.packets.empty());
  ASSERT_EQ(reading.warnings.size(), 1U);
  EXPECT_THAT(reading.warnings[0].what, HasSubstr("link type 65000"));
}

struct BadText {
  std::string text;
  size_t caret;

  friend void PrintTo(const BadText& bad, std::ostream* out) { *out << bad.text; }
};

class BadFilters : public testing::TestWithParam<BadText> {};

TEST_P(BadFilters, AreRefusedWithACaretUnderThePlace) {
  const TemporaryFolder folder;
  const Error error = OpenError({folder.Write("a", Pcap({}, {}))},
                                {.ports = {80}, .hosts = {}, .bpf = GetParam().text});
  EXPECT_EQ(error.code, ErrorCode::kUsage);
  EXPECT_THAT(error.what, HasSubstr("\n  " + GetParam().text + "\n  " +
                                    std::string(GetParam().caret, ' ') + "^"));
}

INSTANTIATE_TEST_SUITE_P(Places, BadFilters,
                         testing::Values(BadText{"tcp prt 80", 4}, BadText{"port 80 or or tcp", 11},
                                         BadText{"tcp and", 7}, BadText{"(tcp", 4},
                                         BadText{"tcp) and udp", 3}, BadText{"ether[0", 7},
                                         BadText{"nonsense", 0}));

}  // namespace
}  // namespace trafrec::capture
