#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "capture/capture_reader.h"
#include "capture/limits.h"
#include "capture/pcap_format.h"

namespace trafrec::capture {
namespace {

__extension__ using Int128 = __int128;

/// How an interface counts time. Ticks are 10^-n or 2^-n seconds (if_tsresol).
struct Clock {
  int64_t ns_per_tick = kNsPerUs;  // 0: ticks are finer than, or no multiple of, a nanosecond
  uint64_t ticks_per_second = 0;   // then; 0: finer than can be told
  int64_t offset_ns = 0;

  TimeNs At(uint64_t ticks) const {
    Int128 ns = 0;
    if (ns_per_tick > 0) {
      ns = static_cast<Int128>(ticks) * ns_per_tick;
    } else if (ticks_per_second > 0) {
      ns = static_cast<Int128>(ticks / ticks_per_second) * kNsPerSecond +
           static_cast<Int128>(ticks % ticks_per_second) * kNsPerSecond /
               static_cast<Int128>(ticks_per_second);
    }
    ns += offset_ns;
    constexpr Int128 kMin = std::numeric_limits<TimeNs>::min();
    constexpr Int128 kMax = std::numeric_limits<TimeNs>::max();
    return static_cast<TimeNs>(std::clamp(ns, kMin, kMax));
  }
};

uint64_t PowerOfTen(unsigned exponent) {
  uint64_t power = 1;
  for (unsigned i = 0; i < exponent; ++i) {
    power *= 10;
  }
  return power;
}

void SetResolution(Clock& clock, uint8_t resolution) {
  constexpr unsigned kNanosecond = 9;
  constexpr unsigned kFinestDecimal = 19;  // the last that fits into 64 bits
  constexpr unsigned kFinestBinary = 63;
  const unsigned exponent = resolution & 0x7f;
  clock.ns_per_tick = 0;
  clock.ticks_per_second = 0;
  if ((resolution & 0x80) != 0) {
    clock.ticks_per_second = exponent <= kFinestBinary ? uint64_t{1} << exponent : 0;
  } else if (exponent <= kNanosecond) {
    clock.ns_per_tick = static_cast<int64_t>(PowerOfTen(kNanosecond - exponent));
  } else {
    clock.ticks_per_second = exponent <= kFinestDecimal ? PowerOfTen(exponent) : 0;
  }
}

struct Interface {
  uint16_t number = 0;
  uint16_t link_type = 0;
  uint32_t snaplen = 0;
  Clock clock;
  uint64_t interface_drops = 0;  // as its latest statistics say
  uint64_t system_drops = 0;
};

/// pcapng: sections of blocks, each section with a byte order and interfaces of its own. Packet
/// blocks of all three kinds are read, unknown blocks are skipped.
class PcapngReader : public CaptureReader {
 public:
  PcapngReader(std::unique_ptr<Input> input, InterfaceTable& interfaces)
      : CaptureReader(std::move(input), interfaces) {}

  Result<Input::State> Next(reassembly::Packet& packet, bool may_wait) override {
    while (!ended()) {
      TRY_ASSIGN(const Input::State state, FindBlock(may_wait));
      if (state != Input::State::kReady) {
        return state;
      }
      const uint8_t* const block = input_->at();
      const bool found = ReadBlock(block, packet);
      input_->Skip(block_bytes_);
      if (found) {
        return Input::State::kReady;
      }
    }
    return Input::State::kEnd;
  }

 private:
  static constexpr size_t kBlockFrame = 12;  // type and length before, length behind

  /// Brings the next block that must be looked at into the window, whole.
  Result<Input::State> FindBlock(bool may_wait) {
    while (true) {
      TRY_ASSIGN(Input::State state, input_->Want(kBlockFrame, may_wait));
      if (state != Input::State::kReady) {
        return state == Input::State::kEnd ? End("a block") : state;
      }
      block_type_ = Load32(input_->at());
      if (block_type_ == format::kSectionHeader && !ReadByteOrder(input_->at() + 8)) {
        return Damaged("a section of no known byte order");
      }
      block_bytes_ = Load32(input_->at() + 4);
      if (block_bytes_ < kBlockFrame || block_bytes_ % 4 != 0) {
        return Damaged(fmt::format("a block of {} bytes", block_bytes_));
      }
      if (!IsKnown(block_type_)) {
        input_->Skip(block_bytes_);
        continue;
      }
      if (block_bytes_ > limits::kBlockBytes) {
        return Damaged(fmt::format("a block of {} bytes", block_bytes_));
      }
      TRY_ASSIGN(state, input_->Want(block_bytes_, may_wait));
      if (state != Input::State::kReady) {
        return state == Input::State::kEnd ? End("a block") : state;
      }
      if (Load32(input_->at() + block_bytes_ - 4) != block_bytes_) {
        return Damaged("a block whose two lengths differ");
      }
      return Input::State::kReady;
    }
  }

  static bool IsKnown(uint32_t type) {
    return type == format::kEnhancedPacket || type == format::kSectionHeader ||
           type == format::kInterfaceDescription || type == format::kPacketBlock ||
           type == format::kSimplePacket || type == format::kInterfaceStatistics;
  }

  Input::State Damaged(const std::string& what) {
    return Cut(
        fmt::format("is damaged at byte {}: {}; what follows is unknown", input_->offset(), what));
  }

  bool ReadByteOrder(const uint8_t* p) {
    big_endian_ = LoadBig<uint32_t>(p) == format::kByteOrderMagic;
    return big_endian_ || LoadLittle<uint32_t>(p) == format::kByteOrderMagic;
  }

  /// True if the block holds a packet that can be used.
  bool ReadBlock(const uint8_t* block, reassembly::Packet& packet) {
    switch (block_type_) {
      case format::kEnhancedPacket:
        return ReadEnhancedPacket(block, packet);
      case format::kSectionHeader:
        section_interfaces_.clear();
        return false;
      case format::kInterfaceDescription:
        ReadInterface(block);
        return false;
      case format::kPacketBlock:
        return ReadPacketBlock(block, packet);
      case format::kSimplePacket:
        return ReadSimplePacket(block, packet);
      default:
        ReadStatistics(block);
        return false;
    }
  }

  bool ReadEnhancedPacket(const uint8_t* block, reassembly::Packet& packet) {
    constexpr size_t kFixed = 28;
    if (block_bytes_ < kFixed + 4) {
      return Bad("a packet block that is too short");
    }
    const uint64_t ticks = uint64_t{Load32(block + 12)} << 32 | Load32(block + 16);
    return ReadPacket(block, kFixed, Load32(block + 8), ticks, packet);
  }

  bool ReadPacketBlock(const uint8_t* block, reassembly::Packet& packet) {
    constexpr size_t kFixed = 28;
    if (block_bytes_ < kFixed + 4) {
      return Bad("a packet block that is too short");
    }
    const uint64_t ticks = uint64_t{Load32(block + 12)} << 32 | Load32(block + 16);
    return ReadPacket(block, kFixed, Load16(block + 8), ticks, packet);
  }

  /// What both blocks with times have in common: the lengths at 20 and 24, and options behind.
  bool ReadPacket(const uint8_t* block, size_t fixed_bytes, uint32_t interface_index,
                  uint64_t ticks, reassembly::Packet& packet) {
    const uint32_t captured = Load32(block + 20);
    const size_t room = block_bytes_ - fixed_bytes - 4;
    if (captured > room) {
      return Bad(fmt::format("a packet of {} bytes in a block of {}", captured, block_bytes_));
    }
    if (interface_index >= section_interfaces_.size()) {
      return Bad(fmt::format("a packet of interface {}, which is not described", interface_index));
    }
    const Interface& interface = section_interfaces_[interface_index];
    last_at_ = interface.clock.At(ticks);
    packet = {.at = last_at_,
              .bytes = Bytes(block + fixed_bytes, captured),
              .wire_bytes = Load32(block + 24),
              .link_type = interface.link_type,
              .interface = interface.number};
    const size_t padded = (size_t{captured} + 3) / 4 * 4;
    if (padded < room) {
      ReadPacketOptions(Bytes(block + fixed_bytes + padded, room - padded), packet);
    }
    return true;
  }

  bool ReadSimplePacket(const uint8_t* block, reassembly::Packet& packet) {
    constexpr size_t kFixed = 12;
    if (block_bytes_ < kFixed + 4) {
      return Bad("a packet block that is too short");
    }
    if (section_interfaces_.empty()) {
      return Bad("a packet of interface 0, which is not described");
    }
    const Interface& interface = section_interfaces_[0];
    const uint32_t length = Load32(block + 8);
    const uint32_t snaplen = interface.snaplen == 0 ? length : interface.snaplen;
    const size_t captured = std::min<size_t>(std::min(length, snaplen), block_bytes_ - kFixed - 4);
    // It has no time of its own: that of the packet before is the best that is known.
    packet = {.at = last_at_,
              .bytes = Bytes(block + kFixed, captured),
              .wire_bytes = length,
              .link_type = interface.link_type,
              .interface = interface.number};
    return true;
  }

  void ReadInterface(const uint8_t* block) {
    constexpr size_t kFixed = 16;
    if (block_bytes_ < kFixed + 4) {
      Bad("an interface block that is too short");
      return;
    }
    Interface interface;
    interface.link_type = Load16(block + 8);
    interface.snaplen = Load32(block + 12);
    std::string_view name;
    int64_t offset_seconds = 0;
    VisitOptions(Bytes(block + kFixed, block_bytes_ - kFixed - 4), [&](uint16_t code, Bytes value) {
      if (code == format::kOptionInterfaceName) {
        name = AsText(value);
      } else if (code == format::kOptionTimeResolution && !value.empty()) {
        SetResolution(interface.clock, value[0]);
      } else if (code == format::kOptionTimeOffset && value.size() >= 8) {
        offset_seconds = static_cast<int64_t>(Load64(value.data()));
      }
    });
    constexpr int64_t kSecondsMax = std::numeric_limits<int64_t>::max() / kNsPerSecond;
    interface.clock.offset_ns =
        std::clamp(offset_seconds, -kSecondsMax, kSecondsMax) * kNsPerSecond;
    interface.number = interfaces_.NumberOf(name.substr(0, name.find('\0')));
    section_interfaces_.push_back(interface);
  }

  void ReadStatistics(const uint8_t* block) {
    constexpr size_t kFixed = 20;
    if (block_bytes_ < kFixed + 4 || Load32(block + 8) >= section_interfaces_.size()) {
      return;
    }
    Interface& interface = section_interfaces_[Load32(block + 8)];
    VisitOptions(Bytes(block + kFixed, block_bytes_ - kFixed - 4), [&](uint16_t code, Bytes value) {
      if (value.size() < 8) {
        return;
      }
      if (code == format::kOptionInterfaceDrops) {
        Advance(interface.interface_drops, Load64(value.data()), drops_.interface);
      } else if (code == format::kOptionSystemDrops) {
        Advance(interface.system_drops, Load64(value.data()), drops_.kernel);
      }
    });
  }

  /// Statistics count from the capture's start; a later block of one interface includes the
  /// earlier.
  static void Advance(uint64_t& latest, uint64_t value, uint64_t& total) {
    if (value > latest) {
      total += value - latest;
      latest = value;
    }
  }

  void ReadPacketOptions(Bytes options, reassembly::Packet& packet) const {
    VisitOptions(options, [&](uint16_t code, Bytes value) {
      if (code == format::kOptionPacketFlags && value.size() == 4) {
        const uint32_t flags = Load32(value.data());
        packet.outgoing = (flags & format::kFlagsDirectionMask) == format::kFlagsOutbound;
        packet.checksum_not_ready = (flags & format::kFlagsChecksumNotReady) != 0;
      }
    });
  }

  template <typename Visitor>
  void VisitOptions(Bytes options, const Visitor& visit) const {
    while (options.size() >= 4) {
      const uint16_t code = Load16(options.data());
      const size_t length = Load16(options.data() + 2);
      options = options.subspan(4);
      if (code == format::kOptionEnd || length > options.size()) {
        return;
      }
      visit(code, options.first(length));
      options = options.subspan(std::min((length + 3) / 4 * 4, options.size()));
    }
  }

  bool Bad(const std::string& what) {
    Warn(fmt::format("byte {}: {}; left out", input_->offset(), what));
    return false;
  }

  uint16_t Load16(const uint8_t* p) const {
    return big_endian_ ? LoadBig<uint16_t>(p) : LoadLittle<uint16_t>(p);
  }
  uint32_t Load32(const uint8_t* p) const {
    return big_endian_ ? LoadBig<uint32_t>(p) : LoadLittle<uint32_t>(p);
  }
  uint64_t Load64(const uint8_t* p) const {
    return big_endian_ ? LoadBig<uint64_t>(p) : LoadLittle<uint64_t>(p);
  }

  std::vector<Interface> section_interfaces_;
  TimeNs last_at_ = 0;
  uint32_t block_type_ = 0;
  size_t block_bytes_ = 0;
  bool big_endian_ = false;
};

}  // namespace

Result<std::unique_ptr<CaptureReader>> OpenPcapng(std::unique_ptr<Input> input,
                                                  InterfaceTable& interfaces) {
  TRY_ASSIGN(const Input::State state, input->Want(16, true));
  if (state == Input::State::kReady) {
    const uint8_t* const p = input->at();
    const bool big_endian = LoadBig<uint32_t>(p + 8) == format::kByteOrderMagic;
    if (!big_endian && LoadLittle<uint32_t>(p + 8) != format::kByteOrderMagic) {
      return Fail(
          ErrorCode::kUsage,
          input->name() + " is not a capture: it begins like pcapng, but has no byte order");
    }
    const uint16_t major = big_endian ? LoadBig<uint16_t>(p + 12) : LoadLittle<uint16_t>(p + 12);
    if (major != 1) {
      return Fail(ErrorCode::kUnsupported,
                  fmt::format("{} is a pcapng file of version {}: only version 1 can be read",
                              input->name(), major));
    }
  }
  return std::make_unique<PcapngReader>(std::move(input), interfaces);
}

}  // namespace trafrec::capture
