#include <fmt/format.h>

#include "capture/capture_reader.h"
#include "capture/limits.h"
#include "capture/pcap_format.h"

namespace trafrec::capture {
namespace {

/// The classic format: one file header, then packets. Both byte orders, µs or ns.
class PcapReader : public CaptureReader {
 public:
  PcapReader(std::unique_ptr<Input> input, InterfaceTable& interfaces)
      : CaptureReader(std::move(input), interfaces), interface_(interfaces.NumberOf("")) {}

  /// False: the file ends inside its header.
  Result<bool> ReadFileHeader() {
    TRY_ASSIGN(const Input::State state, input_->Want(format::kPcapFileHeader, true));
    if (state == Input::State::kEnd) {
      Cut(fmt::format("is cut in the middle of its header at byte {}", input_->available()));
      return false;
    }
    const uint8_t* const p = input_->at();
    uint32_t magic = LoadLittle<uint32_t>(p);
    big_endian_ = (magic & 0xff) == 0xa1;
    magic = Load32(p);
    fraction_ns_ = magic == format::kPcapNanoseconds ? 1 : kNsPerUs;
    kuznetzov_ = magic == format::kPcapKuznetzov;
    header_bytes_ = kuznetzov_ ? format::kPcapKuznetzovHeader : format::kPcapPacketHeader;
    const uint16_t major = Load16(p + 4);
    if (major != 2) {
      return Fail(ErrorCode::kUnsupported,
                  fmt::format("{} is a pcap file of version {}.{}: only version 2 can be read",
                              input_->name(), major, Load16(p + 6)));
    }
    lengths_may_be_swapped_ = Load16(p + 6) <= 3;
    link_type_ = static_cast<uint16_t>(Load32(p + 20) & format::kLinkTypeMask);
    input_->Skip(format::kPcapFileHeader);
    return true;
  }

  Result<Input::State> Next(reassembly::Packet& packet, bool may_wait) override {
    if (ended()) {
      return Input::State::kEnd;
    }
    TRY_ASSIGN(Input::State state, input_->Want(header_bytes_, may_wait));
    if (state != Input::State::kReady) {
      return state == Input::State::kEnd ? End("a packet's header") : state;
    }
    uint32_t captured = Load32(input_->at() + 8);
    uint32_t length = Load32(input_->at() + 12);
    if (lengths_may_be_swapped_ && captured > length) {
      std::swap(captured, length);  // as files before 2.3 have them
    }
    if (captured > limits::kPacketBytes) {
      return Cut(fmt::format("is damaged at byte {}: a packet of {} bytes; what follows is unknown",
                             input_->offset(), captured));
    }
    TRY_ASSIGN(state, input_->Want(header_bytes_ + captured, may_wait));
    if (state != Input::State::kReady) {
      return state == Input::State::kEnd ? End("a packet") : state;
    }
    const uint8_t* const p = input_->at();
    packet = {.at = Load32(p) * kNsPerSecond + Load32(p + 4) * fraction_ns_,
              .bytes = Bytes(p + header_bytes_, captured),
              .wire_bytes = length,
              .link_type = link_type_,
              .interface = interface_,
              .outgoing = kuznetzov_ && p[22] == kKuznetzovOutgoing};
    input_->Skip(header_bytes_ + captured);
    return Input::State::kReady;
  }

 private:
  static constexpr uint8_t kKuznetzovOutgoing = 4;  // PACKET_OUTGOING

  uint32_t Load32(const uint8_t* p) const {
    return big_endian_ ? LoadBig<uint32_t>(p) : LoadLittle<uint32_t>(p);
  }
  uint16_t Load16(const uint8_t* p) const {
    return big_endian_ ? LoadBig<uint16_t>(p) : LoadLittle<uint16_t>(p);
  }

  const uint16_t interface_;
  bool big_endian_ = false;
  bool kuznetzov_ = false;
  bool lengths_may_be_swapped_ = false;
  uint16_t link_type_ = 0;
  int64_t fraction_ns_ = kNsPerUs;
  size_t header_bytes_ = format::kPcapPacketHeader;
};

}  // namespace

Result<std::unique_ptr<CaptureReader>> OpenPcap(std::unique_ptr<Input> input,
                                                InterfaceTable& interfaces) {
  auto reader = std::make_unique<PcapReader>(std::move(input), interfaces);
  TRY(reader->ReadFileHeader());
  return reader;
}

}  // namespace trafrec::capture
