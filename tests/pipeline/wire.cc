#include "tests/pipeline/wire.h"

#include <functional>
#include <utility>

#include "tests/support/encapsulations.h"

namespace trafrec::pipeline {
namespace {

using namespace test_support;

struct Encapsulation {
  std::string name;
  uint16_t link_type;
  ByteVector (*wrap)(Bytes ip_packet);
};

ByteVector EthernetOf(Bytes ip) { return Ethernet(ip); }
ByteVector VlanOf(Bytes ip) { return Ethernet(Vlan(7, ip), kEtherTypeVlan); }
ByteVector TransparentGre(Bytes ip) {
  constexpr uint16_t kTransparentEthernet = 0x6558;
  return Ethernet(
      Gre(Ethernet(ip), {.has_key = true, .key = 9, .ether_type = kTransparentEthernet}));
}

const std::vector<Encapsulation>& Encapsulations() {
  using reassembly::kLinkEthernet;
  static const std::vector<Encapsulation> kAll = {
      {"ethernet", kLinkEthernet, EthernetOf},
      {"vlan", kLinkEthernet, VlanOf},
      {"qinq", kLinkEthernet,
       [](Bytes ip) { return Ethernet(Vlan(5, Vlan(6, ip), kEtherTypeVlan), kEtherTypeQinQ); }},
      {"mpls", kLinkEthernet,
       [](Bytes ip) { return Ethernet(Mpls(16, Mpls(17, ip), true), kEtherTypeMpls); }},
      {"pppoe", kLinkEthernet,
       [](Bytes ip) { return Ethernet(Pppoe(3, Ppp(ip)), kEtherTypePppoe); }},
      {"gre", kLinkEthernet, [](Bytes ip) { return Ethernet(Gre(ip, {.checksum = true})); }},
      {"ethernet in gre", kLinkEthernet, TransparentGre},
      {"vxlan", kLinkEthernet, [](Bytes ip) { return Ethernet(Vxlan(4, Ethernet(ip))); }},
      {"geneve", kLinkEthernet,
       [](Bytes ip) {
         constexpr uint16_t kTransparentEthernet = 0x6558;
         return Ethernet(Geneve(8, Ethernet(ip), kTransparentEthernet));
       }},
      {"erspan", kLinkEthernet, [](Bytes ip) { return Ethernet(Erspan(2, 1, Ethernet(ip))); }},
      {"ip in ipv4", kLinkEthernet, [](Bytes ip) { return Ethernet(IpInIpv4(ip)); }},
      {"ip in ipv6", kLinkEthernet, [](Bytes ip) { return Ethernet(IpInIpv6(ip)); }},
      {"gtp", kLinkEthernet, [](Bytes ip) { return Ethernet(GtpUser(77, ip)); }},
      {"vlan in vxlan in vlan", kLinkEthernet,
       [](Bytes ip) { return Ethernet(Vlan(2, Vxlan(4, VlanOf(ip))), kEtherTypeVlan); }},
      {"gre in ip in vxlan", kLinkEthernet,
       [](Bytes ip) { return Ethernet(Vxlan(4, Ethernet(IpInIpv6(Gre(ip))))); }},
      {"raw ip", reassembly::kLinkRaw, [](Bytes ip) { return ByteVector(ip.begin(), ip.end()); }},
      {"cooked", reassembly::kLinkLinuxCooked, [](Bytes ip) { return LinuxCooked(ip); }},
      {"cooked 2", reassembly::kLinkLinuxCooked2, [](Bytes ip) { return LinuxCooked2(ip); }},
      {"null", reassembly::kLinkNull, [](Bytes ip) { return NullLoopback(ip); }},
  };
  return kAll;
}

Tcp TcpOf(const Conversation& conversation, const Segment& segment) {
  const bool client = segment.from == Side::kClient;
  Tcp tcp;
  tcp.source = client ? conversation.client : conversation.server;
  tcp.destination = client ? conversation.server : conversation.client;
  const size_t side = Index(segment.from);
  tcp.sequence = conversation.isn[side] + 1 + static_cast<uint32_t>(segment.offset);
  tcp.flags = segment.acknowledges ? kAck : uint8_t{0};
  if (segment.acknowledges) {
    tcp.acknowledgment = conversation.isn[1 - side] + 1 + static_cast<uint32_t>(segment.known) +
                         (segment.knows_fin ? 1 : 0);
  }
  switch (segment.kind) {
    case Segment::Kind::kSyn:
      tcp.sequence = conversation.isn[side];
      tcp.flags |= kSyn;
      tcp.options = SynOptions(1'460, 7);
      break;
    case Segment::Kind::kReset:
      tcp.flags |= kRst;
      break;
    case Segment::Kind::kData:
      tcp.flags |= static_cast<uint8_t>((segment.push ? kPsh : 0) | (segment.fin ? kFin : 0));
      break;
  }
  tcp.payload = conversation.Bytes(segment.from, {segment.offset, segment.end()});
  return tcp;
}

}  // namespace

const std::vector<std::string>& EncapsulationNames() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> all;
    for (const Encapsulation& encapsulation : Encapsulations()) {
      all.push_back(encapsulation.name);
    }
    return all;
  }();
  return kNames;
}

Carriage AnyCarriage(Random& random) {
  constexpr uint32_t kFragmentBytes[] = {64, 512, 1'400};
  Carriage carriage;
  if (random.Percent(40)) {
    carriage.encapsulation = random.Below(static_cast<uint32_t>(Encapsulations().size()));
  }
  if (random.Percent(12)) {
    carriage.fragment_bytes = kFragmentBytes[random.Below(3)] / 8 * 8;
    carriage.shuffles_fragments = random.Percent(50);
  }
  return carriage;
}

reassembly::Packet WirePacket::packet() const {
  reassembly::Packet packet;
  packet.at = at;
  packet.bytes = bytes;
  packet.wire_bytes = static_cast<uint32_t>(bytes.size());
  packet.link_type = link_type;
  return packet;
}

void Encode(const Conversation& conversation, const std::vector<Segment>& segments,
            const Carriage& carriage, Random& random, std::vector<WirePacket>& packets) {
  const Encapsulation& outside = Encapsulations()[carriage.encapsulation];
  // Far from those of other conversations: two hosts use none twice while fragments are on the way.
  constexpr uint32_t kSpread = 40'503;  // 65,536 / the golden ratio
  uint32_t fragment_id = conversation.number * kSpread;
  for (uint32_t index = 0; index < segments.size(); ++index) {
    const Segment& segment = segments[index];
    WirePacket packet;
    packet.at = segment.at;
    packet.link_type = outside.link_type;
    packet.conversation = conversation.number;
    packet.segment = index;
    packet.from = segment.from;
    const ByteVector ip = IpTcp(TcpOf(conversation, segment));
    if (carriage.fragment_bytes == 0 || segment.length < carriage.fragment_bytes) {
      packet.bytes = outside.wrap(ip);
      packets.push_back(std::move(packet));
      continue;
    }
    auto fragments = Fragments(ip, carriage.fragment_bytes, ++fragment_id & 0xffff);
    if (carriage.shuffles_fragments) {
      std::swap(fragments.front(),
                fragments[random.Below(static_cast<uint32_t>(fragments.size()))]);
    }
    for (const ByteVector& fragment : fragments) {
      packet.bytes = outside.wrap(fragment);
      packets.push_back(packet);
    }
  }
}

}  // namespace trafrec::pipeline
