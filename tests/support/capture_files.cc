#include "tests/support/capture_files.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace trafrec::test_support {
namespace {

/// Appends numbers in the file's byte order.
class Fields {
 public:
  explicit Fields(ByteOrder order) : order_(order) {}

  Fields& U16(uint32_t value) { return Number(value, 2); }
  Fields& U32(uint64_t value) { return Number(value, 4); }
  Fields& Raw(Bytes bytes) {
    PutBytes(out_, bytes);
    return *this;
  }
  Fields& Pad4() {
    out_.resize((out_.size() + 3) / 4 * 4);
    return *this;
  }
  const ByteVector& bytes() const { return out_; }

 private:
  Fields& Number(uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) {
      const unsigned shift = 8 * (order_ == ByteOrder::kLittle ? i : size - 1 - i);
      Put8(out_, static_cast<uint8_t>(value >> shift));
    }
    return *this;
  }

  ByteOrder order_;
  ByteVector out_;
};

OwnedFile Create(const std::filesystem::path& path) {
  OwnedFile file(std::fopen(path.c_str(), "wb"));
  CHECK(file != nullptr);
  return file;
}

void WriteAll(const OwnedFile& file, Bytes bytes) {
  CHECK(std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size());
}

uint32_t WireBytes(const RawPacket& packet) {
  return packet.wire_bytes == 0 ? static_cast<uint32_t>(packet.bytes.size()) : packet.wire_bytes;
}

}  // namespace

void FileCloser::operator()(std::FILE* file) const { CHECK(std::fclose(file) == 0); }

PcapWriter::PcapWriter(const std::filesystem::path& path, const Options& options)
    : options_(options), file_(Create(path)) {
  constexpr uint32_t kMicroseconds = 0xa1b2c3d4;
  constexpr uint32_t kNanoseconds = 0xa1b23c4d;
  Fields header(options.order);
  header.U32(options.nanoseconds ? kNanoseconds : kMicroseconds).U16(2).U16(4).U32(0).U32(0);
  header.U32(options.snaplen).U32(options.link_type);
  WriteAll(file_, header.bytes());
}

void PcapWriter::Write(const RawPacket& packet) {
  const int64_t fraction_ns = packet.at % kNsPerSecond;
  Fields record(options_.order);
  record.U32(static_cast<uint64_t>(packet.at / kNsPerSecond));
  record.U32(static_cast<uint64_t>(options_.nanoseconds ? fraction_ns : fraction_ns / kNsPerUs));
  record.U32(packet.bytes.size()).U32(WireBytes(packet)).Raw(packet.bytes);
  WriteAll(file_, record.bytes());
}

void PcapWriter::Write(std::span<const RawPacket> packets) {
  for (const RawPacket& packet : packets) {
    Write(packet);
  }
}

void PcapWriter::Flush() { CHECK(std::fflush(file_.get()) == 0); }

PcapngWriter::PcapngWriter(const std::filesystem::path& path, std::vector<Interface> interfaces,
                           ByteOrder order)
    : interfaces_(std::move(interfaces)), order_(order), file_(Create(path)) {
  NewSection();
}

void PcapngWriter::WriteBlock(uint32_t type, Bytes body) {
  const size_t padded = (body.size() + 3) / 4 * 4;
  Fields block(order_);
  block.U32(type).U32(padded + 12).Raw(body).Pad4().U32(padded + 12);
  WriteAll(file_, block.bytes());
}

void PcapngWriter::NewSection() {
  constexpr uint16_t kName = 2, kResolution = 9, kOffset = 14, kEnd = 0;
  Fields section(order_);
  section.U32(0x1a2b3c4d).U16(1).U16(0).U32(0xffffffff).U32(0xffffffff);
  WriteBlock(0x0a0d0d0a, section.bytes());
  for (const Interface& interface : interfaces_) {
    Fields body(order_);
    body.U16(interface.link_type).U16(0).U32(interface.snaplen);
    if (!interface.name.empty()) {
      body.U16(kName).U16(static_cast<uint32_t>(interface.name.size()));
      body.Raw(AsBytes(interface.name)).Pad4();
    }
    if (interface.decimals != 6) {
      const uint8_t decimals = static_cast<uint8_t>(interface.decimals);
      body.U16(kResolution).U16(1).Raw(Bytes(&decimals, 1)).Pad4();
    }
    if (interface.offset_s != 0) {
      const uint64_t offset = static_cast<uint64_t>(interface.offset_s);
      const bool little = order_ == ByteOrder::kLittle;
      body.U16(kOffset).U16(8);
      body.U32(little ? offset : offset >> 32).U32(little ? offset >> 32 : offset);
    }
    body.U16(kEnd).U16(0);
    WriteBlock(1, body.bytes());
  }
}

void PcapngWriter::Write(const RawPacket& packet) {
  CHECK(packet.interface < interfaces_.size());
  const Interface& interface = interfaces_[packet.interface];
  TimeNs ticks = packet.at - interface.offset_s * kNsPerSecond;
  for (int decimals = 9; decimals > interface.decimals; --decimals) {
    ticks /= 10;
  }
  const uint64_t time = static_cast<uint64_t>(ticks);
  Fields body(order_);
  body.U32(packet.interface).U32(time >> 32).U32(time);
  body.U32(packet.bytes.size()).U32(WireBytes(packet)).Raw(packet.bytes).Pad4();
  WriteBlock(6, body.bytes());
}

void PcapngWriter::Write(std::span<const RawPacket> packets) {
  for (const RawPacket& packet : packets) {
    Write(packet);
  }
}

}  // namespace trafrec::test_support
