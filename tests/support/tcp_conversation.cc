#include "tests/support/tcp_conversation.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace trafrec::test_support {

using store::Other;

TcpConversation::TcpConversation(Options options)
    : options_(std::move(options)),
      now_(options_.start),
      isn_{options_.client_isn, options_.server_isn},
      next_{options_.client_isn + 1, options_.server_isn + 1} {
  CHECK(options_.mss > 0);
  // Without a handshake the conversation is one whose beginning nobody saw: both sides know each
  // other.
  heard_ = {true, true};
}

Tcp TcpConversation::Segment(Side from, std::string_view payload, uint8_t flags) const {
  const bool client = from == Side::kClient;
  Tcp tcp;
  tcp.source = client ? options_.client : options_.server;
  tcp.destination = client ? options_.server : options_.client;
  tcp.sequence = next_[Index(from)];
  tcp.flags = flags;
  if (heard_[Index(from)]) {
    tcp.flags |= kAck;
    tcp.acknowledgment = next_[Index(Other(from))];
  }
  tcp.payload = payload;
  return tcp;
}

TcpConversation& TcpConversation::Handshake() {
  heard_ = {false, false};
  next_ = isn_;
  const ByteVector options =
      SynOptions(static_cast<uint16_t>(std::min<size_t>(options_.mss, 65'535)), 7);
  for (const Side side : {Side::kClient, Side::kServer}) {
    Tcp syn = Segment(side, "", kSyn);
    syn.options = options;
    ++next_[Index(side)];
    heard_[Index(Other(side))] = true;
    Emit(syn);
  }
  return Ack(Side::kClient);
}

TcpConversation& TcpConversation::Send(Side from, std::string_view data) {
  int unacknowledged = 0;
  while (!data.empty()) {
    const std::string_view part = data.substr(0, options_.mss);
    data.remove_prefix(part.size());
    Raw(from, part, data.empty() ? kPsh : uint8_t{0});
    ++unacknowledged;
    if (options_.ack_every > 0 && (unacknowledged == options_.ack_every || data.empty())) {
      Ack(Other(from));
      unacknowledged = 0;
    }
  }
  return *this;
}

TcpConversation& TcpConversation::Raw(Side from, std::string_view payload, uint8_t flags,
                                      bool advance) {
  const Tcp tcp = Segment(from, payload, flags);
  if (advance) {
    next_[Index(from)] += static_cast<uint32_t>(payload.size()) + ((flags & kSyn) != 0 ? 1 : 0) +
                          ((flags & kFin) != 0 ? 1 : 0);
    heard_[Index(Other(from))] = true;
  }
  Emit(tcp);
  return *this;
}

TcpConversation& TcpConversation::SendAt(Side from, uint64_t offset, std::string_view data) {
  Tcp tcp = Segment(from, data, 0);
  tcp.sequence = isn_[Index(from)] + 1 + static_cast<uint32_t>(offset);
  Emit(tcp);
  return *this;
}

TcpConversation& TcpConversation::Ack(Side from) { return Raw(from, "", kAck); }
TcpConversation& TcpConversation::Fin(Side from) { return Raw(from, "", kFin); }
TcpConversation& TcpConversation::Rst(Side from) { return Raw(from, "", kRst); }

TcpConversation& TcpConversation::Close(Side first) {
  return Fin(first).Fin(Other(first)).Ack(first);
}

TcpConversation& TcpConversation::Wait(int64_t ns) {
  now_ += ns;
  return *this;
}

TcpConversation& TcpConversation::DropNext(int packets) {
  drop_next_ = packets;
  return *this;
}

TcpConversation& TcpConversation::DuplicateNext() {
  duplicate_next_ = true;
  return *this;
}

TcpConversation& TcpConversation::DelayNext(int packets) {
  CHECK(packets > 0);
  delay_next_ = packets;
  return *this;
}

TcpConversation& TcpConversation::ChecksumOfNext(Tcp::Checksum checksum) {
  checksum_next_ = checksum;
  return *this;
}

void TcpConversation::Emit(const Tcp& segment) {
  now_ += options_.step_ns;
  Tcp tcp = segment;
  tcp.checksum = std::exchange(checksum_next_, Tcp::Checksum::kRight);
  if (drop_next_ > 0) {
    --drop_next_;
    return;
  }
  RawPacket packet{now_, options_.frame(IpTcp(tcp)), 0, options_.interface};
  if (const int delay = std::exchange(delay_next_, 0); delay > 0) {
    delayed_.push_back({delay, std::move(packet)});
    return;
  }
  if (std::exchange(duplicate_next_, false)) {
    Put(packet);
    now_ += options_.step_ns;
    packet.at = now_;
  }
  Put(std::move(packet));
}

void TcpConversation::Put(RawPacket packet) {
  packets_.push_back(std::move(packet));
  for (size_t i = 0; i < delayed_.size();) {
    if (--delayed_[i].packets_left > 0) {
      ++i;
      continue;
    }
    RawPacket late = std::move(delayed_[i].packet);
    delayed_.erase(delayed_.begin() + static_cast<std::ptrdiff_t>(i));
    now_ += options_.step_ns;
    late.at = now_;
    packets_.push_back(std::move(late));
  }
}

void TcpConversation::FlushDelayed() {
  for (Delayed& late : delayed_) {
    now_ += options_.step_ns;
    late.packet.at = now_;
    packets_.push_back(std::move(late.packet));
  }
  delayed_.clear();
}

const std::vector<RawPacket>& TcpConversation::Packets() {
  FlushDelayed();
  return packets_;
}

std::vector<RawPacket> TcpConversation::TakePackets() {
  FlushDelayed();
  return std::exchange(packets_, {});
}

}  // namespace trafrec::test_support
