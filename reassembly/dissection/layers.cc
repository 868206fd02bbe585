#include <array>

#include "base/check.h"
#include "reassembly/dissection/frame.h"
#include "reassembly/dissection/link_type.h"

namespace trafrec::reassembly {
namespace {

using Decoder = Step (*)(Frame&);

/// In the order of Layer.
constexpr std::array<Decoder, static_cast<size_t>(Layer::kTcp)> kDecoders = {
    DecodeIpv4,
    DecodeIpv6,
    DecodeIp,
    DecodeEthernet,
    DecodeVlan,
    DecodeTaggedByPort,
    DecodeBackbone,
    DecodeFabricPath,
    DecodePortExtender,
    DecodeRedundancy,
    DecodeCiscoMetadata,
    DecodeMacsec,
    DecodeServiceHeader,
    DecodeLlc,
    DecodeLinuxCooked,
    DecodeLinuxCooked2,
    DecodeNull,
    DecodePpp,
    DecodeCiscoHdlc,
    DecodePppWithDirection,
    DecodePppoe,
    DecodeMpls,
    DecodeNflog,
    Decode80211,
    DecodeAggregate,
    DecodeRadiotap,
    DecodePpi,
    DecodePrism,
    DecodePfLog,
    DecodeEnc,
    DecodePktap,
    DecodeFddi,
    DecodeTokenRing,
    DecodeFrameRelay,
    DecodeIpOverFibreChannel,
    DecodeGre,
    DecodeErspan2,
    DecodeErspan3,
    DecodeEtherIp,
    DecodeL2tp3,
    DecodeUdp,
};
static_assert(kDecoders.back() != nullptr, "a layer without its decoder");

}  // namespace

Step Decode(Layer layer, Frame& frame) {
  CHECK(static_cast<size_t>(layer) < kDecoders.size());
  return kDecoders[static_cast<size_t>(layer)](frame);
}

Step ByLinkType(uint16_t link_type) {
  switch (link_type) {
    case kLinkEthernet:
      return Next(Layer::kEthernet);
    case kLinkLinuxCooked:
      return Next(Layer::kLinuxCooked);
    case kLinkLinuxCooked2:
      return Next(Layer::kLinuxCooked2);
    case kLinkNull:
    case kLinkLoop:
      return Next(Layer::kNull);
    case kLinkRaw:
    case kLinkRawDlt12:
    case kLinkRawDlt14:
    case kLinkIpv4:
    case kLinkIpv6:
      return Next(Layer::kIp);
    case kLinkPpp:
    case kLinkPppHdlc:
      return Next(Layer::kPpp);
    case kLinkPppEther:
      return Next(Layer::kPppoe);
    case kLinkPppPppd:
    case kLinkPppWithDirection:
      return Next(Layer::kPppWithDirection);
    case kLinkCiscoHdlc:
      return Next(Layer::kCiscoHdlc);
    case kLinkNflog:
      return Next(Layer::kNflog);
    case kLink80211:
      return Next(Layer::k80211);
    case kLink80211Radiotap:
      return Next(Layer::kRadiotap);
    case kLinkPpi:
      return Next(Layer::kPpi);
    case kLink80211Prism:
    case kLink80211Avs:
      return Next(Layer::kPrism);
    case kLinkPfLog:
      return Next(Layer::kPfLog);
    case kLinkEnc:
      return Next(Layer::kEnc);
    case kLinkPktap:
    case kLinkPktapDlt149:
      return Next(Layer::kPktap);
    case kLinkFddi:
      return Next(Layer::kFddi);
    case kLinkTokenRing:
      return Next(Layer::kTokenRing);
    case kLinkFrameRelay:
      return Next(Layer::kFrameRelay);
    case kLinkAtm:
    case kLinkAtmDlt11:
      return Next(Layer::kLlc);
    case kLinkIpOverFibreChannel:
      return Next(Layer::kIpOverFibreChannel);
    case kLinkMpls:
      return Next(Layer::kMpls);
    default:
      return Ignore(IgnoreReason::kUnknownLinkType, Numbered(NumberSpace::kLinkType, link_type));
  }
}

Step ByEtherType(uint16_t ether_type) {
  switch (ether_type) {
    case 0x0800:
      return Next(Layer::kIpv4);
    case 0x86dd:
      return Next(Layer::kIpv6);
    case 0x8100:  // 802.1Q
    case 0x88a8:  // 802.1ad
    case 0x9100:  // QinQ before 802.1ad
    case 0x9200:
      return Next(Layer::kVlan);
    case 0x8926:  // VN-Tag
      return Next(Layer::kTaggedByPort);
    case 0x88e7:  // 802.1ah
      return Next(Layer::kBackbone);
    case 0x8903:  // FabricPath
      return Next(Layer::kFabricPath);
    case 0x893f:  // 802.1BR
      return Next(Layer::kPortExtender);
    case 0x892f:  // HSR
      return Next(Layer::kRedundancy);
    case 0x8909:  // Cisco metadata
      return Next(Layer::kCiscoMetadata);
    case 0x88e5:  // MACsec
      return Next(Layer::kMacsec);
    case 0x894f:  // network service header
      return Next(Layer::kServiceHeader);
    case 0x8847:
    case 0x8848:
      return Next(Layer::kMpls);
    case 0x8864:
      return Next(Layer::kPppoe);
    case 0x6558:  // transparent Ethernet bridging, in tunnels
      return Next(Layer::kEthernet);
    case 0x880b:
      return Next(Layer::kPpp);
    case 0x8870:  // a jumbo frame's LLC, which has no room for its length
      return Next(Layer::kLlc);
    case 0x0806:  // ARP
    case 0x8035:  // RARP
    case 0x8809:  // LACP
    case 0x8863:  // PPPoE discovery
    case 0x888e:  // EAPOL
    case 0x88cc:  // LLDP
    case 0x88f7:  // PTP
    case 0x9000:  // loop test
      return Ignore(IgnoreReason::kNotIp);
    default:
      return Ignore(IgnoreReason::kUnknownEncapsulation,
                    Numbered(NumberSpace::kEtherType, ether_type));
  }
}

Step ByPppProtocol(uint16_t protocol) {
  switch (protocol) {
    case 0x0021:
      return Next(Layer::kIpv4);
    case 0x0057:
      return Next(Layer::kIpv6);
    case 0x0281:
    case 0x0283:
      return Next(Layer::kMpls);
    case 0x0053:  // encrypted (RFC 1968)
      return Ignore(IgnoreReason::kEncrypted);
    default:
      // From 0x4000 on they are control and authentication, not network protocols (RFC 1661,
      // section 2).
      return protocol >= 0x4000 ? Ignore(IgnoreReason::kNotIp)
                                : Ignore(IgnoreReason::kUnknownEncapsulation,
                                         Numbered(NumberSpace::kPpp, protocol));
  }
}

Step ByIpProtocol(uint8_t protocol) {
  switch (protocol) {
    case 6:
      return Next(Layer::kTcp);
    case 17:
      return Next(Layer::kUdp);
    case 4:
    case 41:
      return Next(Layer::kIp);
    case 47:
      return Next(Layer::kGre);
    case 97:
      return Next(Layer::kEtherIp);
    case 115:
      return Next(Layer::kL2tp3);
    case 137:
      return Next(Layer::kMpls);
    case 1:   // ICMP
    case 2:   // IGMP
    case 58:  // ICMPv6
      return Ignore(IgnoreReason::kIcmp);
    case 50:  // ESP
      return Ignore(IgnoreReason::kEncrypted);
    default:
      return Ignore(IgnoreReason::kOtherProtocol, Numbered(NumberSpace::kIpProtocol, protocol));
  }
}

}  // namespace trafrec::reassembly
