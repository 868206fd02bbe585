#include "tests/capture/capture_bytes.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>

#include "base/check.h"

namespace trafrec::capture {

ByteWriter& ByteWriter::Number(uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    const int place = order_ == Order::kLittle ? i : bytes - 1 - i;
    bytes_.push_back(static_cast<char>(value >> (8 * place) & 0xff));
  }
  return *this;
}

ByteWriter& ByteWriter::Text(std::string_view text) {
  bytes_ += text;
  return *this;
}

ByteWriter& ByteWriter::Pad() {
  bytes_.resize((bytes_.size() + 3) / 4 * 4);
  return *this;
}

std::string Pcap(const PcapShape& shape, const std::vector<Written>& packets) {
  const bool nanoseconds = shape.magic == 0xa1b23c4d;
  const uint64_t per_second = nanoseconds ? 1'000'000'000 : 1'000'000;
  ByteWriter out(shape.order);
  out.U32(shape.magic).U16(2).U16(shape.minor).U32(0).U32(0).U32(65'535).U32(shape.link_type);
  for (const Written& packet : packets) {
    out.U32(packet.ticks / per_second).U32(packet.ticks % per_second);
    out.U32(packet.bytes.size()).U32(packet.wire_bytes.value_or(packet.bytes.size()));
    if (shape.magic == 0xa1b2cd34) {
      out.U32(1).U16(8).U8(4).U8(0);  // interface, protocol, PACKET_OUTGOING
    }
    out.Text(packet.bytes);
  }
  return out.bytes();
}

Pcapng& Pcapng::Block(uint32_t type, const std::string& body) {
  const std::string padded = Body().Text(body).Pad().bytes();
  const size_t length = padded.size() + 12;
  bytes_ += Body().U32(type).U32(length).Text(padded).U32(length).bytes();
  return *this;
}

Pcapng& Pcapng::Section(Order order) {
  order_ = order;
  return Block(0x0a0d0d0a, Body().U32(0x1a2b3c4d).U16(1).U16(0).U64(~uint64_t{0}).bytes());
}

Pcapng& Pcapng::AddInterface(const Interface& interface) {
  ByteWriter body = Body().U16(interface.link_type).U16(0).U32(interface.snaplen);
  if (!interface.name.empty()) {
    body.U16(2).U16(interface.name.size()).Text(interface.name).Pad();
  }
  if (interface.resolution) {
    body.U16(9).U16(1).U8(*interface.resolution).Pad();
  }
  if (interface.offset_s) {
    body.U16(14).U16(8).U64(static_cast<uint64_t>(*interface.offset_s));
  }
  body.U16(0).U16(0);
  return Block(1, body.bytes());
}

Pcapng& Pcapng::Enhanced(uint32_t interface, const Written& packet, std::optional<uint32_t> flags) {
  ByteWriter body = Body();
  body.U32(interface).U32(packet.ticks >> 32).U32(packet.ticks & 0xffff'ffff);
  body.U32(packet.bytes.size()).U32(packet.wire_bytes.value_or(packet.bytes.size()));
  body.Text(packet.bytes).Pad();
  if (flags) {
    body.U16(2).U16(4).U32(*flags).U16(0).U16(0);
  }
  return Block(6, body.bytes());
}

Pcapng& Pcapng::OldPacket(uint16_t interface, const Written& packet) {
  ByteWriter body = Body();
  body.U16(interface).U16(0).U32(packet.ticks >> 32).U32(packet.ticks & 0xffff'ffff);
  body.U32(packet.bytes.size()).U32(packet.wire_bytes.value_or(packet.bytes.size()));
  return Block(2, body.Text(packet.bytes).bytes());
}

Pcapng& Pcapng::Simple(const Written& packet) {
  const size_t length = packet.wire_bytes.value_or(packet.bytes.size());
  return Block(3, Body().U32(length).Text(packet.bytes).bytes());
}

Pcapng& Pcapng::Statistics(uint32_t interface, uint64_t interface_drops, uint64_t system_drops) {
  ByteWriter body = Body();
  body.U32(interface).U64(0).U16(5).U16(8).U64(interface_drops).U16(7).U16(8).U64(system_drops);
  return Block(5, body.U32(0).bytes());
}

std::string Gzip(const std::string& bytes) {
  z_stream stream{};
  CHECK(deflateInit2(&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Zstd(const std::string& bytes) {
  // With a checksum at the end, as the tool writes it.
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress2(context, out.data(), out.size(), bytes.data(), bytes.size()));
  ZSTD_freeCCtx(context);
  return out;
}

std::string Reading::Order() const {
  std::string text;
  for (const Seen& packet : packets) {
    text += (text.empty() ? "" : " ") + packet.bytes;
  }
  return text;
}

bool Reading::IsCut() const { return std::ranges::any_of(warnings, &SourceWarning::cut); }

Reading Read(const std::vector<std::string>& paths, const CaptureFilter& filter) {
  Reading reading;
  auto source = OpenFiles(paths, filter);
  if (!source) {
    ADD_FAILURE() << source.error().what;
    return reading;
  }
  PacketBatch batch;
  bool more = true;
  while (more) {
    const Result<bool> next = (*source)->Next(batch);
    if (!next) {
      reading.error = next.error();
    }
    more = next && *next;
    for (const reassembly::Packet& packet : batch.packets) {
      reading.packets.push_back({.at = packet.at,
                                 .bytes = std::string(AsText(packet.bytes)),
                                 .wire_bytes = packet.wire_bytes,
                                 .link_type = packet.link_type,
                                 .interface = (*source)->InterfaceName(packet.interface),
                                 .outgoing = packet.outgoing,
                                 .checksum_not_ready = packet.checksum_not_ready});
    }
  }
  reading.warnings = (*source)->TakeWarnings();
  reading.drops = (*source)->drops();
  reading.bytes_read = (*source)->bytes_read();
  reading.bytes_total = (*source)->bytes_total();
  return reading;
}

Error OpenError(const std::vector<std::string>& paths, const CaptureFilter& filter) {
  const auto source = OpenFiles(paths, filter);
  if (source) {
    ADD_FAILURE() << "it was opened";
    return {};
  }
  return source.error();
}

}  // namespace trafrec::capture
