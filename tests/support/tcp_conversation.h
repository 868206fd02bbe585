#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.h"
#include "base/time.h"
#include "store/format/records.h"
#include "tests/support/packets.h"

namespace trafrec::test_support {

/// One TCP connection as the wire saw it: keeps both sides' sequence numbers, cuts what is sent
/// into segments, acknowledges it, and lets time pass. Ordinary and clean unless told otherwise.
///
///     TcpConversation wire;
///     wire.Handshake();
///     wire.ClientSends("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
///     wire.DropNext().ServerSends("HTTP/1.1 204 No Content\r\n\r\n");
///     wire.Close();
///     PcapWriter(path).Write(wire.Packets());
class TcpConversation {
 public:
  using Side = store::Side;
  /// Puts the link layer around an IP packet.
  using Frame = std::function<ByteVector(ByteVector ip_packet)>;

  struct Options {
    Endpoint client = Ip("10.0.0.1", 40'000);
    Endpoint server = Ip("10.0.0.2", 9'200);
    uint32_t client_isn = 1'000'000;
    uint32_t server_isn = 2'000'000;
    size_t mss = 1'460;
    TimeNs start = 1'700'000'000 * kNsPerSecond;
    int64_t step_ns = 10 * kNsPerUs;  ///< between two packets
    /// The receiver acknowledges every so many segments, and what is left at the end of a Send. 0:
    /// never; the ACKs then ride on what the receiver itself sends.
    int ack_every = 2;
    Frame frame = [](ByteVector ip_packet) { return Ethernet(ip_packet); };
    uint16_t interface = 0;
  };

  TcpConversation() : TcpConversation(Options{}) {}
  explicit TcpConversation(Options options);

  /// SYN (with MSS and window scale), SYN-ACK, ACK.
  TcpConversation& Handshake();
  TcpConversation& Send(Side from, std::string_view data);
  TcpConversation& ClientSends(std::string_view data) { return Send(Side::kClient, data); }
  TcpConversation& ServerSends(std::string_view data) { return Send(Side::kServer, data); }
  /// A bare ACK of all that the other side has sent.
  TcpConversation& Ack(Side from);
  TcpConversation& Fin(Side from);
  TcpConversation& Rst(Side from);
  /// FIN, FIN-ACK, ACK.
  TcpConversation& Close(Side first = Side::kClient);
  TcpConversation& Wait(int64_t ns);

  /// Any segment: fields that are left at their defaults are this moment's of that side. Moves the
  /// side's sequence number past payload, SYN and FIN if `advance`.
  TcpConversation& Raw(Side from, std::string_view payload, uint8_t flags, bool advance = true);
  /// Sends bytes of the flow again (or for the first time): `offset` counts from the side's first
  /// payload byte. Moves nothing.
  TcpConversation& SendAt(Side from, uint64_t offset, std::string_view data);

  // What happens to the next packet that is made.
  TcpConversation& DropNext(int packets = 1);
  TcpConversation& DuplicateNext();
  /// It comes out after `packets` later ones.
  TcpConversation& DelayNext(int packets);
  TcpConversation& ChecksumOfNext(Tcp::Checksum checksum);

  TimeNs now() const { return now_; }
  uint32_t next_sequence(Side side) const { return next_[Index(side)]; }

  /// All packets so far, in the order of the wire; those still held back by DelayNext come last.
  const std::vector<RawPacket>& Packets();
  /// The same, and forgets them: for traffic that is written out as it is made.
  std::vector<RawPacket> TakePackets();

 private:
  struct Delayed {
    int packets_left;
    RawPacket packet;
  };

  static size_t Index(Side side) { return static_cast<size_t>(side); }
  Tcp Segment(Side from, std::string_view payload, uint8_t flags) const;
  void Emit(const Tcp& tcp);
  void Put(RawPacket packet);
  void FlushDelayed();

  Options options_;
  TimeNs now_;
  std::array<uint32_t, 2> isn_;
  std::array<uint32_t, 2> next_;  ///< of the next byte this side sends
  std::array<bool, 2> heard_{};   ///< has seen anything of the other side: sets ACK from then on
  std::vector<RawPacket> packets_;
  std::vector<Delayed> delayed_;
  int drop_next_ = 0;
  bool duplicate_next_ = false;
  int delay_next_ = 0;
  Tcp::Checksum checksum_next_ = Tcp::Checksum::kRight;
};

}  // namespace trafrec::test_support
