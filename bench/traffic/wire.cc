#include "bench/traffic/wire.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>

namespace trafrec::bench {
namespace {

constexpr size_t kBufferBytes = size_t{4} << 20;
constexpr int64_t kPacketNs = 1'200;  // about what 1500 bytes take on a 10 Gbit/s line
constexpr size_t kEthernetBytes = 14;
constexpr size_t kIpBytes = 20;
constexpr uint8_t kFin = 0x01, kSyn = 0x02, kPsh = 0x08, kAck = 0x10;

void AppendBig16(std::string& out, uint32_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}

void AppendBig32(std::string& out, uint32_t value) {
  AppendBig16(out, value >> 16);
  AppendBig16(out, value & 0xFFFF);
}

void AppendLittle32(std::string& out, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) {
    out += static_cast<char>(value >> shift);
  }
}

// The ones' complement sum of RFC 1071 over 32-bit words in memory order; the caller swaps the
// result. Only the last piece of a sum may have a length that is not a multiple of four.
uint64_t SumWords(std::string_view bytes, uint64_t sum) {
  while (bytes.size() >= 4) {
    uint32_t word;
    std::memcpy(&word, bytes.data(), 4);
    sum += word;
    bytes.remove_prefix(4);
  }
  uint32_t rest = 0;
  std::memcpy(&rest, bytes.data(), bytes.size());
  return sum + rest;
}

uint16_t FoldedChecksum(uint64_t sum) {
  while (sum >> 16) {
    sum = (sum & 0xFFFF) + (sum >> 16);
  }
  const auto folded = static_cast<uint16_t>(~sum);
  return std::endian::native == std::endian::little ? std::byteswap(folded) : folded;
}

void PutBig16(std::string& out, size_t at, uint16_t value) {
  out[at] = static_cast<char>(value >> 8);
  out[at + 1] = static_cast<char>(value);
}

}  // namespace

CaptureFile::CaptureFile(const std::string& path, int64_t start_ns)
    : path_(path), file_(std::fopen(path.c_str(), "wb")), now_ns_(start_ns) {
  if (!file_) {
    std::perror(("generate_traffic: cannot make " + path).c_str());
    std::exit(1);
  }
  buffer_.reserve(kBufferBytes + 4096);
  AppendLittle32(buffer_, 0xA1B23C4D);  // nanoseconds
  AppendLittle32(buffer_, 0x00040002);  // version 2.4
  AppendLittle32(buffer_, 0);
  AppendLittle32(buffer_, 0);
  AppendLittle32(buffer_, 262'144);
  AppendLittle32(buffer_, 1);  // Ethernet
}

CaptureFile::~CaptureFile() { Flush(); }

void CaptureFile::AdvanceTo(int64_t time_ns) { now_ns_ = std::max(now_ns_, time_ns); }

void CaptureFile::Write(std::string_view headers, std::string_view payload) {
  now_ns_ += kPacketNs;
  const auto length = static_cast<uint32_t>(headers.size() + payload.size());
  AppendLittle32(buffer_, static_cast<uint32_t>(now_ns_ / 1'000'000'000));
  AppendLittle32(buffer_, static_cast<uint32_t>(now_ns_ % 1'000'000'000));
  AppendLittle32(buffer_, length);
  AppendLittle32(buffer_, length);
  buffer_ += headers;
  buffer_ += payload;
  ++packets_;
  bytes_ += length + 16;
  if (buffer_.size() >= kBufferBytes) {
    Flush();
  }
}

void CaptureFile::Flush() {
  if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_.get()) != buffer_.size()) {
    std::perror(("generate_traffic: cannot write " + path_).c_str());
    std::exit(1);
  }
  buffer_.clear();
}

Connection::Connection(CaptureFile& file, uint32_t number, uint32_t client_isn, uint32_t server_isn)
    : file_(file) {
  hosts_[0].address = 0x0A010001 + number % 8;  // eight client machines
  hosts_[0].port = static_cast<uint16_t>(40'000 + number);
  hosts_[0].next_seq = client_isn;
  hosts_[1].address = 0x0A020001;
  hosts_[1].port = 9200;
  hosts_[1].next_seq = server_isn;
}

void Connection::Open() {
  Segment(From::kClient, kSyn, {});
  Segment(From::kServer, kSyn | kAck, {});
  Segment(From::kClient, kAck, {});
}

size_t Connection::Send(From from, std::string_view data, size_t segments_max, bool last) {
  const From peer = from == From::kClient ? From::kServer : From::kClient;
  size_t sent = 0;
  for (size_t i = 0; i < segments_max && sent < data.size(); ++i) {
    const std::string_view payload = data.substr(sent, kSegmentBytes);
    sent += payload.size();
    const bool push = last && sent == data.size();
    Segment(from, push ? kAck | kPsh : kAck, payload);
    Host& receiver = hosts_[static_cast<size_t>(peer)];
    if (++receiver.unacked_segments >= 2) {
      Acknowledge(peer);
    }
  }
  return sent;
}

void Connection::Acknowledge(From from) {
  const Host& self = hosts_[static_cast<size_t>(from)];
  const Host& peer = hosts_[1 - static_cast<size_t>(from)];
  if (self.acked != peer.next_seq) {
    Segment(from, kAck, {});
  }
}

void Connection::Close() {
  Segment(From::kClient, kAck | kFin, {});
  Segment(From::kServer, kAck | kFin, {});
  Segment(From::kClient, kAck, {});
}

void Connection::Segment(From from, uint8_t tcp_flags, std::string_view payload) {
  Host& self = hosts_[static_cast<size_t>(from)];
  Host& peer = hosts_[1 - static_cast<size_t>(from)];
  const bool syn = tcp_flags & kSyn;
  const size_t tcp_bytes = syn ? 40 : 32;

  headers_.clear();
  headers_.append(from == From::kClient ? "\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0"
                                        : "\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0",
                  kEthernetBytes);
  headers_.append("\x45\0", 2);
  AppendBig16(headers_, static_cast<uint32_t>(kIpBytes + tcp_bytes + payload.size()));
  AppendBig16(headers_, self.ip_id++);
  AppendBig16(headers_, 0x4000);  // don't fragment
  headers_.append("\x40\x06\0\0", 4);
  AppendBig32(headers_, self.address);
  AppendBig32(headers_, peer.address);
  const std::string_view ip = std::string_view(headers_).substr(kEthernetBytes);
  PutBig16(headers_, kEthernetBytes + 10, FoldedChecksum(SumWords(ip, 0)));

  const size_t tcp_at = headers_.size();
  AppendBig16(headers_, self.port);
  AppendBig16(headers_, peer.port);
  AppendBig32(headers_, self.next_seq);
  AppendBig32(headers_, (tcp_flags & kAck) ? peer.next_seq : 0);
  headers_ += static_cast<char>((tcp_bytes / 4) << 4);
  headers_ += static_cast<char>(tcp_flags);
  AppendBig16(headers_, syn ? 64'240 : 8'192);
  AppendBig32(headers_, 0);  // checksum, urgent pointer
  self.last_timestamp = static_cast<uint32_t>(file_.now_ns() / 1'000'000);
  if (syn) {
    headers_.append("\x02\x04\x05\xB4\x04\x02\x08\x0A", 8);  // MSS 1460, SACK, timestamps
  } else {
    headers_.append("\x01\x01\x08\x0A", 4);
  }
  AppendBig32(headers_, self.last_timestamp);
  AppendBig32(headers_, peer.last_timestamp);
  if (syn) {
    headers_.append("\x01\x03\x03\x07", 4);  // window scale 7
  }

  std::string pseudo;
  AppendBig32(pseudo, self.address);
  AppendBig32(pseudo, peer.address);
  AppendBig32(pseudo, static_cast<uint32_t>(0x060000 + tcp_bytes + payload.size()));
  uint64_t sum = SumWords(pseudo, 0);
  sum = SumWords(std::string_view(headers_).substr(tcp_at), sum);
  PutBig16(headers_, tcp_at + 16, FoldedChecksum(SumWords(payload, sum)));

  self.next_seq += static_cast<uint32_t>(payload.size());
  if (tcp_flags & (kSyn | kFin)) {
    ++self.next_seq;
  }
  if (tcp_flags & kAck) {
    self.acked = peer.next_seq;
    self.unacked_segments = 0;
  }
  file_.Write(headers_, payload);
}

}  // namespace trafrec::bench
