#include "reassembly/dissection/dissector.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "reassembly/dissection/checksum_judge.h"
#include "reassembly/dissection/fragment_table.h"
#include "reassembly/dissection/frame.h"
#include "reassembly/limits.h"

// From packets to TCP segments.
//
// One decoder for each kind of header, all of one form: it looks at what is left of the packet,
// takes its header off, and says which decoder comes next or why the packet is none of ours. A loop
// runs them; so any nesting is decoded, none recurses, and an unknown number anywhere ends up in
// one place, where it is counted. The usual packet (Ethernet, IPv4, TCP) takes three turns of the
// loop. Rejected: a separate path for the usual packet (it would be a second truth about each
// header, and saves nothing that can be measured), and libtins' packets (an allocation a layer, no
// lengths for what the capture cut off, and half of the encapsulations unknown).

namespace trafrec::reassembly {
namespace {

constexpr size_t kTcpHeader = 20;

/// The shift in a SYN's options, or 0xff.
uint8_t WindowShift(Bytes options) {
  constexpr uint8_t kEnd = 0, kNothing = 1, kWindowScale = 3, kWindowScaleBytes = 3;
  constexpr uint8_t kShiftMax = 14;  // RFC 7323, section 2.3
  while (!options.empty() && options[0] != kEnd) {
    if (options[0] == kNothing) {
      options = options.subspan(1);
      continue;
    }
    if (options.size() < 2 || options[1] < 2 || options[1] > options.size()) {
      break;
    }
    if (options[0] == kWindowScale && options[1] == kWindowScaleBytes) {
      return std::min(options[2], kShiftMax);
    }
    options = options.subspan(options[1]);
  }
  return 0xff;
}

/// Is either of the ports, at the begin of a TCP header, one that was asked for?
bool IsWanted(const Packet& packet, const uint8_t* tcp) {
  return packet.ports == nullptr ||
         std::ranges::binary_search(*packet.ports, LoadBig<uint16_t>(tcp)) ||
         std::ranges::binary_search(*packet.ports, LoadBig<uint16_t>(tcp + 2));
}

const char* NumberSpaceName(NumberSpace space) {
  switch (space) {
    case NumberSpace::kLinkType:
      return "";
    case NumberSpace::kEtherType:
      return "ethertype_";
    case NumberSpace::kPpp:
      return "ppp_";
    case NumberSpace::kIpProtocol:
      return "";
    case NumberSpace::kVxlanGpe:
      return "vxlan_gpe_";
    case NumberSpace::kServiceHeader:
      return "nsh_";
  }
  return "";
}

/// "147", or in hexadecimal where people write it so: "ethertype_0x22f3".
std::string NumberName(uint32_t number) {
  const auto space = static_cast<NumberSpace>(number >> 16);
  const bool decimal = space == NumberSpace::kLinkType || space == NumberSpace::kIpProtocol;
  const uint32_t value = number & 0xffff;
  return NumberSpaceName(space) +
         (decimal ? fmt::format("{}", value) : fmt::format("0x{:04x}", value));
}

}  // namespace

const char* IgnoreReasonName(IgnoreReason reason) {
  static constexpr std::array<const char*, kIgnoreReasons> kNames = {"not_ip",
                                                                     "udp",
                                                                     "icmp",
                                                                     "other_protocol",
                                                                     "fragment",
                                                                     "bad_checksum",
                                                                     "truncated_header",
                                                                     "bad_length",
                                                                     "nesting",
                                                                     "encrypted",
                                                                     "unknown_link_type",
                                                                     "unknown_encapsulation",
                                                                     "other_port"};
  return kNames[static_cast<size_t>(reason)];
}

struct Dissector::Impl {
  explicit Impl(ChecksumPolicy policy) : judge(policy) {}

  const TcpSegment* Dissect(const Packet& packet);
  const TcpSegment* DissectMore();
  /// Inline, for what else calls it is rare.
  [[gnu::always_inline]] inline const TcpSegment* Run(Step step, Frame& frame);
  Step TakeTcp(Frame& frame);
  void CountIgnored(Step step);

  ChecksumJudge judge;
  FragmentTable fragments;
  TcpSegment segment;
  Aggregate aggregate;
  uint64_t received = 0;
  uint64_t aggregates = 0;  ///< of them, those that hold more than one packet
  uint64_t unpacked = 0;    ///< packets that these hold beyond their first
  uint64_t tcp = 0;
  uint64_t layers = 0;
  std::array<uint64_t, kIgnoreReasons> ignored{};
  /// Unknown numbers, by reason; at most limits::kUnknownNumbers of each.
  std::map<IgnoreReason, std::map<uint32_t, uint64_t>> numbers;
};

const TcpSegment* Dissector::Impl::Run(Step step, Frame& frame) {
  segment.from_fragments = segment.fragments_conflicted = false;
  for (int taken = 0; step.next < Layer::kTcp; ++taken) {
    ++layers;
    step = taken < limits::kLayers ? Decode(step.next, frame) : Ignore(IgnoreReason::kNesting);
    if (frame.nesting > limits::kNesting) {
      step = Ignore(IgnoreReason::kNesting);
    }
  }
  if (step.next == Layer::kTcp) {
    step = TakeTcp(frame);
  }
  if (step.next != Layer::kTcp) {
    CountIgnored(step);
    return nullptr;
  }
  ++tcp;
  return &segment;
}

const TcpSegment* Dissector::Impl::Dissect(const Packet& packet) {
  ++received;
  fragments.ReleaseWhole();
  aggregate.wire_rest = 0;
  segment.encapsulation.Clear();
  Frame frame = {
      .packet = &packet,
      .rest = packet.bytes,
      .wire_rest = std::max(packet.wire_bytes, static_cast<uint32_t>(packet.bytes.size())),
      .segment = &segment,
      .fragments = &fragments,
      .judge = &judge,
      .aggregate = &aggregate,
      .sum_may_be_absent = packet.outgoing || packet.checksum_not_ready};
  const TcpSegment* const found = Run(ByLinkType(packet.link_type), frame);
  aggregates += aggregate.wire_rest > 0 ? 1 : 0;
  return found;
}

const TcpSegment* Dissector::Impl::DissectMore() {
  while (aggregate.wire_rest > 0) {
    ++unpacked;
    segment.encapsulation = aggregate.encapsulation;
    Frame frame = {
        .packet = aggregate.packet,
        .rest = aggregate.rest,
        .wire_rest = std::exchange(aggregate.wire_rest, 0),
        .segment = &segment,
        .fragments = &fragments,
        .judge = &judge,
        .aggregate = &aggregate,
        .nesting = aggregate.nesting,
        .sum_may_be_absent = aggregate.packet->outgoing || aggregate.packet->checksum_not_ready};
    if (const TcpSegment* const found = Run(Next(Layer::kAggregate), frame)) {
      return found;
    }
  }
  return nullptr;
}

Step Dissector::Impl::TakeTcp(Frame& frame) {
  if (frame.rest.size() < kTcpHeader) {
    return TooShort(frame, kTcpHeader);
  }
  const uint8_t* p = frame.rest.data();
  const size_t header = (p[12] >> 4) * size_t{4};
  if (header < kTcpHeader || header > frame.wire_rest) {
    return Ignore(IgnoreReason::kBadLength);
  }
  if (!IsWanted(*frame.packet, p)) {
    return Ignore(IgnoreReason::kOtherPort);
  }
  segment.at = frame.packet->at;
  segment.interface = frame.packet->interface;
  segment.source.port = LoadBig<uint16_t>(p);
  segment.destination.port = LoadBig<uint16_t>(p + 2);
  segment.sequence = LoadBig<uint32_t>(p + 4);
  segment.acknowledgment = LoadBig<uint32_t>(p + 8);
  segment.flags = p[13] & 0x3f;
  segment.window = LoadBig<uint16_t>(p + 14);
  const size_t captured_header = std::min(header, frame.rest.size());
  segment.window_shift = segment.has(TcpSegment::kSyn)
                             ? WindowShift(frame.rest.first(captured_header).subspan(kTcpHeader))
                             : uint8_t{0xff};
  segment.payload = frame.rest.subspan(captured_header);
  segment.payload_wire_bytes = frame.wire_rest - static_cast<uint32_t>(header);
  return judge.AcceptsTcp(frame) ? Next(Layer::kTcp) : Ignore(IgnoreReason::kBadChecksum);
}

void Dissector::Impl::CountIgnored(Step step) {
  ++ignored[static_cast<size_t>(step.reason)];
  if (step.number == 0 && step.reason != IgnoreReason::kUnknownLinkType) {
    return;
  }
  std::map<uint32_t, uint64_t>& of_reason = numbers[step.reason];
  if (of_reason.size() < limits::kUnknownNumbers || of_reason.contains(step.number)) {
    ++of_reason[step.number];
  }
}

Dissector::Dissector(ChecksumPolicy policy) : impl_(std::make_unique<Impl>(policy)) {}
Dissector::~Dissector() = default;

const TcpSegment* Dissector::Dissect(const Packet& packet) { return impl_->Dissect(packet); }
bool Dissector::holds_more() const { return impl_->aggregate.wire_rest > 0; }
const TcpSegment* Dissector::DissectMore() { return impl_->DissectMore(); }

uint64_t Dissector::datagrams_evicted() const { return impl_->fragments.evicted(); }

void Dissector::AddCounters(Counters& counters) const {
  constexpr const char* kReceived = "packets.received";
  counters.push_back({kReceived, "", impl_->received});
  const char* whole = kReceived;
  if (impl_->unpacked > 0) {
    whole = "packets.unpacked";
    counters.push_back({"packets.single", kReceived, impl_->received - impl_->aggregates});
    counters.push_back({"packets.aggregates", kReceived, impl_->aggregates});
    counters.push_back({whole, "", impl_->received + impl_->unpacked});
  }
  counters.push_back({"packets.tcp", whole, impl_->tcp});
  for (size_t i = 0; i < impl_->ignored.size(); ++i) {
    const auto reason = static_cast<IgnoreReason>(i);
    const std::string name = fmt::format("packets.ignored.{}", IgnoreReasonName(reason));
    counters.push_back({name, whole, impl_->ignored[i]});
    const auto numbers = impl_->numbers.find(reason);
    if (numbers == impl_->numbers.end()) {
      continue;
    }
    uint64_t unnamed = impl_->ignored[i];
    for (const auto& [number, packets] : numbers->second) {
      counters.push_back({fmt::format("{}.{}", name, NumberName(number)), name, packets});
      unnamed -= packets;
    }
    if (unnamed > 0) {
      counters.push_back({name + ".others", name, unnamed});
    }
  }
  impl_->judge.AddCounters(counters);
  impl_->fragments.AddCounters(counters);
  counters.push_back({"dissection.steps", "", impl_->layers + impl_->fragments.steps()});
}

}  // namespace trafrec::reassembly
