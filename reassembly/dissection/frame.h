#pragma once

#include <algorithm>
#include <cstdint>

#include "base/bytes.h"
#include "reassembly/dissection/ignore_reason.h"
#include "reassembly/dissection/packet.h"
#include "reassembly/dissection/segment.h"

namespace trafrec::reassembly {

class FragmentTable;
class ChecksumJudge;

/// What is left of an 802.11 frame that holds several packets (A-MSDU), behind the one that is
/// dissected.
struct Aggregate {
  const Packet* packet = nullptr;
  Bytes rest;  ///< as in Frame
  uint32_t wire_rest = 0;
  int nesting = 0;
  EncapsulationPath encapsulation;  ///< entered before it
};

/// A packet under dissection: what is left of it after the headers taken off so far.
struct Frame {
  const Packet* packet;
  Bytes rest;          ///< captured
  uint32_t wire_rest;  ///< as it was on the wire: more than rest.size() where the capture cut it
  TcpSegment* segment;
  FragmentTable* fragments;
  ChecksumJudge* judge;
  Aggregate* aggregate;            ///< to be filled; null: this packet is out of one already
  uint64_t address_sum = 0;        ///< of both IP addresses, for the pseudo header
  uint16_t header_error = 0;       ///< what the innermost IPv4 header sums up to, if that is wrong
  uint16_t header_checksum = 0;    ///< and the checksum in it
  int nesting = 0;                 ///< encapsulations entered
  bool sum_may_be_absent = false;  ///< the sender may have left its checksums to hardware

  bool cut() const { return wire_rest > rest.size(); }

  /// Takes off a header of that size; the caller has looked whether it is there.
  void Skip(size_t bytes) {
    rest = rest.subspan(bytes);
    wire_rest -= static_cast<uint32_t>(bytes);
  }

  /// The layer says that so many bytes belong to it. What is beyond is padding; what is missing was
  /// cut off by whoever captured or mirrored the packet.
  void SetLength(uint32_t bytes) {
    rest = rest.first(std::min<size_t>(rest.size(), bytes));
    wire_rest = bytes;
  }

  void Enter(store::EncapsulationId::Kind kind, uint32_t id) {
    ++nesting;
    segment->encapsulation.Add({kind, id});
  }
};

/// Decoders: each takes one header off.
enum class Layer : uint8_t {
  kIpv4,
  kIpv6,
  kIp,  ///< either, by its first four bits
  kEthernet,
  kVlan,
  kTaggedByPort,
  kBackbone,
  kFabricPath,
  kPortExtender,
  kRedundancy,
  kCiscoMetadata,
  kMacsec,
  kServiceHeader,
  kLlc,
  kLinuxCooked,
  kLinuxCooked2,
  kNull,
  kPpp,
  kCiscoHdlc,
  kPppWithDirection,
  kPppoe,
  kMpls,
  kNflog,
  k80211,
  kAggregate,
  kRadiotap,
  kPpi,
  kPrism,
  kPfLog,
  kEnc,
  kPktap,
  kFddi,
  kTokenRing,
  kFrameRelay,
  kIpOverFibreChannel,
  kGre,
  kErspan2,
  kErspan3,
  kEtherIp,
  kL2tp3,
  kUdp,
  kTcp,   ///< done: rest is the TCP header and what follows
  kNone,  ///< done: ignored, by Step::reason
};

/// What comes next.
struct Step {
  Layer next = Layer::kNone;
  IgnoreReason reason = IgnoreReason::kNotIp;
  uint32_t number = 0;  ///< of what is unknown: a LinkType, or Numbered()
};

/// Where an unknown number comes from, in the upper half of Step::number.
enum class NumberSpace : uint8_t {
  kLinkType,
  kEtherType,
  kPpp,
  kIpProtocol,
  kVxlanGpe,
  kServiceHeader,
};

constexpr uint32_t Numbered(NumberSpace space, uint16_t number) {
  return static_cast<uint32_t>(space) << 16 | number;
}

constexpr Step Next(Layer layer) { return {.next = layer}; }
constexpr Step Ignore(IgnoreReason reason, uint32_t number = 0) {
  return {.next = Layer::kNone, .reason = reason, .number = number};
}

/// For a header of `bytes` that is not all there: the capture cut it, or the packet is too short.
inline Step TooShort(const Frame& frame, size_t bytes) {
  return Ignore(frame.wire_rest >= bytes ? IgnoreReason::kTruncatedHeader
                                         : IgnoreReason::kBadLength);
}

// Which decoder a number stands for.
Step ByLinkType(uint16_t link_type);
Step ByEtherType(uint16_t ether_type);
/// After an EtherType that may be a length.
Step ByTypeOrLength(Frame& frame, uint16_t type);
Step ByPppProtocol(uint16_t protocol);
Step ByIpProtocol(uint8_t protocol);

/// Runs the decoder of a layer that is not done.
Step Decode(Layer layer, Frame& frame);

// The decoders, by file.
// link_layers.cc
Step DecodeEthernet(Frame& frame);
Step DecodeVlan(Frame& frame);
Step DecodeLlc(Frame& frame);
Step DecodeLinuxCooked(Frame& frame);
Step DecodeLinuxCooked2(Frame& frame);
Step DecodeNull(Frame& frame);
Step DecodeNflog(Frame& frame);
// fabric_layers.cc
Step DecodeTaggedByPort(Frame& frame);
Step DecodeBackbone(Frame& frame);
Step DecodeFabricPath(Frame& frame);
Step DecodePortExtender(Frame& frame);
Step DecodeRedundancy(Frame& frame);
Step DecodeCiscoMetadata(Frame& frame);
Step DecodeMacsec(Frame& frame);
Step DecodeServiceHeader(Frame& frame);
// capture_headers.cc
Step DecodePrism(Frame& frame);
Step DecodePfLog(Frame& frame);
Step DecodeEnc(Frame& frame);
Step DecodePktap(Frame& frame);
Step DecodeFddi(Frame& frame);
Step DecodeTokenRing(Frame& frame);
Step DecodeFrameRelay(Frame& frame);
Step DecodeIpOverFibreChannel(Frame& frame);
// point_to_point.cc
/// Whether Ethernet addresses and a type that we would follow begin there.
bool LooksLikeEthernet(Bytes bytes);
Step DecodePpp(Frame& frame);
Step DecodePppWithDirection(Frame& frame);
Step DecodeCiscoHdlc(Frame& frame);
Step DecodePppoe(Frame& frame);
Step DecodeMpls(Frame& frame);
// wireless.cc
Step Decode80211(Frame& frame);
Step DecodeAggregate(Frame& frame);
Step DecodeRadiotap(Frame& frame);
Step DecodePpi(Frame& frame);
// ip_layers.cc
Step DecodeIp(Frame& frame);
Step DecodeIpv4(Frame& frame);
Step DecodeIpv6(Frame& frame);
// tunnels.cc
Step DecodeGre(Frame& frame);
Step DecodeErspan2(Frame& frame);
Step DecodeErspan3(Frame& frame);
Step DecodeEtherIp(Frame& frame);
Step DecodeL2tp3(Frame& frame);
Step DecodeUdp(Frame& frame);

}  // namespace trafrec::reassembly
