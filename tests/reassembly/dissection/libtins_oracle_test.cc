#include <tins/tins.h>

#include "tests/reassembly/dissection/dissection_test_support.h"

// Packets that another library has made, so that builder and dissector cannot share a mistake.

namespace trafrec::reassembly {
namespace {

/// TCP with "hello" under that network layer.
template <typename Network>
auto Under(const Network& network) {
  return network / Tins::TCP(80, 40'000) / Tins::RawPDU("hello");
}

auto Ipv4() { return Under(Tins::IP("10.0.0.2", "10.0.0.1")); }

template <typename Pdu>
ByteVector Serialized(Pdu pdu) {
  return pdu.serialize();
}

TEST(DissectorAndLibtins, AgreeOnEthernet) {
  EXPECT_EQ(Feed()(Serialized(Tins::EthernetII() / Ipv4())), "TCP hello");
}

TEST(DissectorAndLibtins, AgreeOnIpv6) {
  EXPECT_EQ(
      Feed()(Serialized(Tins::EthernetII() / Under(Tins::IPv6("2001:db8::2", "2001:db8::1")))),
      "TCP hello");
}

TEST(DissectorAndLibtins, AgreeOnVlanTags) {
  EXPECT_EQ(
      Feed()(Serialized(Tins::EthernetII() / Tins::Dot1Q(5) / Tins::Dot1Q(6) / Ipv4())).Path(),
      "vlan 5, vlan 6");
}

TEST(DissectorAndLibtins, AgreeOnIpv4Options) {
  Tins::IP ip("10.0.0.2", "10.0.0.1");
  ip.add_option(Tins::IP::option(Tins::IP::option_identifier(148), 2, ByteVector(2).data()));
  EXPECT_EQ(Feed()(Serialized(Tins::EthernetII() / Under(ip))), "TCP hello");
}

TEST(DissectorAndLibtins, AgreeOnMpls) {
  Tins::MPLS label;
  label.label(77);
  label.bottom_of_stack(1);
  EXPECT_EQ(Feed()(Serialized(Tins::EthernetII() / label / Ipv4())).Path(), "mpls 77");
}

TEST(DissectorAndLibtins, AgreeOnCookedPackets) {
  Tins::SLL cooked;
  EXPECT_EQ(Feed(kLinkLinuxCooked)(Serialized(cooked / Ipv4())), "TCP hello");
}

TEST(DissectorAndLibtins, AgreeOnSnap) {
  Tins::Dot3 frame;
  EXPECT_EQ(Feed()(Serialized(frame / Tins::SNAP() / Ipv4())), "TCP hello");
}

TEST(DissectorAndLibtins, AgreeOn80211Data) {
  Tins::Dot11Data data;
  data.to_ds(1);
  EXPECT_EQ(Feed(kLink80211)(Serialized(data / Tins::SNAP() / Ipv4())), "TCP hello");
}

TEST(DissectorAndLibtins, AgreeOnRadiotapWithQualityOfServiceAndFourAddresses) {
  Tins::Dot11QoSData data;
  data.to_ds(1);
  data.from_ds(1);
  Tins::RadioTap tap;
  tap.tsft(12345);
  EXPECT_EQ(Feed(kLink80211Radiotap)(Serialized(tap / data / Tins::SNAP() / Ipv4())), "TCP hello");
}

TEST(DissectorAndLibtins, AgreeOnPacketsOfOurBuilder) {
  const ByteVector packet = test_support::Ethernet(Hello());
  const Tins::EthernetII parsed(packet.data(), static_cast<uint32_t>(packet.size()));
  const auto* tcp = parsed.find_pdu<Tins::TCP>();
  ASSERT_NE(tcp, nullptr);
  EXPECT_EQ(tcp->dport(), 9'200);
  EXPECT_EQ(parsed.rfind_pdu<Tins::RawPDU>().payload(), test_support::Bytestring("hello"));
}

}  // namespace
}  // namespace trafrec::reassembly
