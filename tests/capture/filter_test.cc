#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reassembly/dissection/dissector.h"
#include "reassembly/dissection/frame.h"
#include "reassembly/dissection/tunnel_numbers.h"
#include "tests/capture/capture_bytes.h"
#include "tests/support/encapsulations.h"
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

struct Wrapping {
  std::string name;
  ByteVector frame;  ///< an Ethernet frame; port 80 is inside

  friend void PrintTo(const Wrapping& wrapping, std::ostream* out) { *out << wrapping.name; }
};

/// In every tunnel the connection to that port.
std::vector<Wrapping> Tunnels(uint16_t port) {
  const ByteVector ip = TcpTo(port);
  const ByteVector ip6 = IpTcp({.source = test_support::Ip("2001:db8::1", 40'000),
                                .destination = test_support::Ip("2001:db8::2", port),
                                .payload = "hello"});
  const ByteVector frame = Ethernet(ip);
  std::vector<Wrapping> all = {
      {"vxlan", test_support::Vxlan(7, frame)},
      {"vxlan_of_linux", test_support::Vxlan(7, frame, reassembly::kVxlanLinuxPort)},
      {"geneve", test_support::Geneve(7, frame, 0x6558, ByteVector(8))},
      {"gre", test_support::Gre(ip, {.has_key = true, .key = 7})},
      {"nvgre", test_support::Gre(frame, {.has_key = true, .ether_type = 0x6558})},
      {"gre_over_udp",
       test_support::UdpTo(test_support::kGreOverUdpPort, test_support::GreBytes(ip))},
      {"erspan_1", test_support::Erspan(1, 7, frame)},
      {"erspan_2", test_support::Erspan(2, 7, frame)},
      {"erspan_3", test_support::Erspan(3, 7, frame)},
      {"ip_in_ip", test_support::IpInIpv4(ip)},
      {"ip6_in_ip", test_support::IpInIpv4(ip6)},
      {"ip_in_ip6", test_support::IpInIpv6(ip)},
      {"ip6_in_ip6", test_support::IpInIpv6(ip6)},
      {"mpls_over_udp", test_support::UdpTo(reassembly::kMplsUdpPort, test_support::Mpls(70, ip))},
      {"gtp", test_support::GtpUser(7, ip)},
      {"teredo", test_support::Teredo(ip6)},
      {"ayiya", test_support::Ayiya(ip6)},
      {"extension_headers", test_support::WithExtensions(ip6, {60}, {ByteVector(8)})},
  };
  for (Wrapping& wrapping : all) {
    wrapping.frame = Ethernet(wrapping.frame);
  }
  const auto mpls = test_support::Mpls(70, ip);
  all.push_back({"mpls", Ethernet(mpls, test_support::kEtherTypeMpls)});
  all.push_back({"pppoe", Ethernet(test_support::Pppoe(7, test_support::Ppp(ip)),
                                   test_support::kEtherTypePppoe)});
  return all;
}

/// The TCP that comes out of those frames that pass.
size_t Taken(const CaptureFilter& filter, const std::vector<ByteVector>& frames) {
  const TemporaryFolder folder;
  std::vector<Written> packets;
  for (const ByteVector& frame : frames) {
    packets.push_back({packets.size(), AsString(frame)});
  }
  const auto source = OpenFiles({folder.Write("a", Pcap({}, packets))}, filter);
  EXPECT_TRUE(source);
  reassembly::Dissector dissector(reassembly::ChecksumPolicy::kAuto);
  size_t taken = 0;
  PacketBatch batch;
  while (*(*source)->Next(batch)) {
    for (const reassembly::Packet& packet : batch.packets) {
      taken += dissector.Dissect(packet) != nullptr ? 1 : 0;
    }
  }
  return taken;
}

class FilterForPorts : public testing::TestWithParam<Wrapping> {
 protected:
  const CaptureFilter filter_{.ports = {80}, .hosts = {}, .bpf = ""};
};

INSTANTIATE_TEST_SUITE_P(Tunnels, FilterForPorts, testing::ValuesIn(Tunnels(80)),
                         [](const auto& tunnel) { return tunnel.param.name; });

TEST_P(FilterForPorts, LetsATunnelThrough) { EXPECT_EQ(Passing(filter_, {GetParam().frame}), 1U); }

TEST_P(FilterForPorts, LetsATunnelBehindTagsThrough) {
  const ByteVector& frame = GetParam().frame;
  ByteVector once(frame.begin(), frame.begin() + 12);
  ByteVector twice = once;
  test_support::PutBytes(once, ByteVector{0x81, 0x00, 0, 7});
  test_support::PutBytes(twice, ByteVector{0x88, 0xa8, 0, 7, 0x81, 0x00, 0, 8});
  for (ByteVector* tagged : {&once, &twice}) {
    test_support::PutBytes(*tagged, Bytes(frame).subspan(12));
  }
  EXPECT_EQ(Taken(filter_, {once, twice}), 2U);
}

TEST_P(FilterForPorts, ChoosesAPortInsideATunnel) {
  EXPECT_EQ(Taken(filter_, {GetParam().frame}), 1U);
  EXPECT_EQ(Taken({.ports = {81, 9'200}, .hosts = {}, .bpf = ""}, {GetParam().frame}), 0U);
}

TEST_P(FilterForPorts, IsJoinedToTheOthersByAnd) {
  const std::vector<ByteVector> frames = {GetParam().frame};
  EXPECT_EQ(Passing({.ports = {80}, .hosts = {}, .bpf = "greater 60000"}, frames), 0U);
  EXPECT_EQ(Passing({.ports = {80}, .hosts = {"198.51.100.1"}, .bpf = ""}, frames), 0U);
}

TEST(CaptureFilter, TextAloneLooksIntoNoTunnel) {
  for (const Wrapping& tunnel : Tunnels(80)) {
    EXPECT_EQ(Passing({.ports = {}, .hosts = {}, .bpf = "tcp port 80"}, {tunnel.frame}), 0U)
        << tunnel.name;
  }
}

TEST(CaptureFilter, PortsLetNoOtherUdpThrough) {
  const ByteVector inside = Ethernet(TcpTo(80));
  EXPECT_EQ(
      Passing({.ports = {80}, .hosts = {}, .bpf = ""},
              {Ethernet(test_support::UdpTo(53, inside)), Ethernet(test_support::UdpTo(80, inside)),
               Ethernet(test_support::UdpTo(9'200, inside))}),
      0U);
}

/// Else what the dissector learns to open would not be recorded with --port.
TEST(CaptureFilter, PortsLetThroughEveryNumberThatTheDissectorOpens) {
  const CaptureFilter filter{.ports = {80}, .hosts = {}, .bpf = ""};
  const auto opens = [](reassembly::Step step) {
    using enum reassembly::Layer;
    return step.next < kTcp && step.next != kUdp && step.next != kIpv4 && step.next != kIpv6 &&
           step.next != kLlc;
  };
  std::vector<ByteVector> frames;
  for (uint32_t number = 0; number < 256; ++number) {
    if (opens(reassembly::ByIpProtocol(static_cast<uint8_t>(number)))) {
      frames.push_back(
          Ethernet(test_support::IpPacket({.source = test_support::Ip("10.0.0.1").address,
                                           .destination = test_support::Ip("10.0.0.2").address,
                                           .protocol = static_cast<uint8_t>(number)},
                                          ByteVector(40))));
    }
  }
  const size_t protocols = frames.size();
  for (uint32_t number = 1'501; number < 65'536; ++number) {
    const reassembly::Step step = reassembly::ByEtherType(static_cast<uint16_t>(number));
    if (opens(step)) {
      const bool tag = step.next == reassembly::Layer::kVlan;
      const ByteVector tagged = Vlan(7, TcpTo(80));
      frames.push_back(Ethernet(tag ? tagged : ByteVector(40), static_cast<uint16_t>(number)));
    }
  }
  EXPECT_GE(protocols, 4U);
  EXPECT_GE(frames.size() - protocols, 12U);
  EXPECT_EQ(Passing(filter, frames), frames.size());
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

TEST(CaptureFilter, LaterFragmentsOfTunnelsOverUdpPassTheFilterForPorts) {
  const std::vector<ByteVector> fragments = test_support::Fragments(
      test_support::Vxlan(7, Ethernet(TcpTo(80, std::string(3'000, 'x')))), 1'000, 77);
  std::vector<ByteVector> frames;
  for (const ByteVector& fragment : fragments) {
    frames.push_back(Ethernet(fragment));
  }
  EXPECT_EQ(Taken({.ports = {80}, .hosts = {}, .bpf = ""}, frames), 1U);
}

TEST(CaptureFilter, TagsOfLinkTypesThatKnowNoneAreLookedBehind) {
  constexpr uint32_t kLinuxCooked2 = 276;
  ByteVector cooked = test_support::LinuxCooked2(TcpTo(80));
  cooked[0] = 0x81;
  cooked[1] = 0x00;
  cooked.insert(cooked.begin() + 20, {0, 7, 8, 0});
  EXPECT_EQ(Passing({.ports = {80}, .hosts = {}, .bpf = ""}, {cooked}, kLinuxCooked2), 1U);
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
