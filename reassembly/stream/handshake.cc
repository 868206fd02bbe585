// What a SYN says.
//
// A SYN with the number that the flow has is a retransmission, or the SYN of a flow whose later
// packets were captured first. One with another number begins a new connection on the same
// addresses, with one exception: a SYN-ACK that answers the same SYN but bears another number (SYN
// cookies, proxies, spoofing). Which of the two the client took is told by its ACK, so both are
// kept until then.

#include <algorithm>

#include "reassembly/limits.h"
#include "reassembly/stream/tracker_impl.h"

namespace trafrec::reassembly {
namespace {

/// Not so if the ports are used again: the new SYN's number may be near to that of the old one.
bool AnswersSynOf(const Direction& flow, const TcpSegment& syn_ack) {
  const int64_t acked = flow.OffsetOf(syn_ack.acknowledgment);
  const uint64_t most = std::min(flow.highest + 1, limits::kSynDataBytes);
  return acked >= 0 && static_cast<uint64_t>(acked) <= most;
}

}  // namespace

StreamTracker::Impl::SynOutcome StreamTracker::Impl::OnSyn(Connection& connection, int f,
                                                           const TcpSegment& segment) {
  Direction& flow = connection.flow[f];
  const Direction& reverse = connection.flow[1 - f];
  const bool answers = segment.has(TcpSegment::kAck);
  if (flow.has(Direction::kBase)) {
    if (flow.base != segment.sequence + 1) {
      return OnSynWithOtherNumber(connection, f, segment);
    }
    if (!flow.has(Direction::kSyn)) {
      AdoptSyn(connection, f, segment);
    }
    return SynOutcome::kBelongs;
  }
  if (answers && reverse.has(Direction::kBase)) {
    if (!AnswersSynOf(reverse, segment)) {
      return SynOutcome::kReplaces;
    }
  } else if (!answers && !reverse.has(Direction::kSyn)) {
    // A SYN in a flow of which nothing is known, on a connection that began in the middle.
    return SynOutcome::kReplaces;
  }
  AdoptSyn(connection, f, segment);
  return SynOutcome::kBelongs;
}

/// A late copy: its number lies shortly before the place where we came in.
bool StreamTracker::Impl::IsCopyOfMissedSyn(const Connection& connection, int f,
                                            const TcpSegment& segment) {
  const Direction& flow = connection.flow[f];
  const uint32_t before = flow.base - (segment.sequence + 1);
  return flow.has(Direction::kMidway) && before < limits::kUnknownWindowBytes &&
         segment.at - connection.opened_at < limits::kResetSettleNs;
}

StreamTracker::Impl::SynOutcome StreamTracker::Impl::OnSynWithOtherNumber(
    Connection& connection, int f, const TcpSegment& segment) {
  Direction& flow = connection.flow[f];
  const Direction& reverse = connection.flow[1 - f];
  if (IsCopyOfMissedSyn(connection, f, segment)) {
    return SynOutcome::kStray;
  }
  if (!segment.has(TcpSegment::kAck) || !reverse.has(Direction::kBase)) {
    return SynOutcome::kReplaces;
  }
  if (!reverse.has(Direction::kSyn) || !AnswersSynOf(reverse, segment)) {
    return SynOutcome::kReplaces;
  }
  if (flow.has(Direction::kBaseAcked) || flow.highest > 0) {
    return SynOutcome::kStray;
  }
  DetailOf(connection).flow[f].other_base = flow.base;
  flow.base = segment.sequence + 1;
  flow.window_shift = segment.window_shift;
  return SynOutcome::kBelongs;
}

void StreamTracker::Impl::AdoptSyn(Connection& connection, int f, const TcpSegment& segment) {
  Direction& flow = connection.flow[f];
  flow.base = segment.sequence + 1;
  flow.window_shift = segment.window_shift;
  flow.Set(Direction::kBase);
  flow.Set(Direction::kSyn);
  flow.marks = static_cast<uint8_t>(flow.marks & ~Direction::kMidway);
  connection.Clear(Connection::kRefused);
  const bool answers = segment.has(TcpSegment::kAck);
  const bool role_known =
      connection.has(Connection::kClientFirst) || connection.has(Connection::kClientSecond);
  if (!role_known && !connection.has(Connection::kRoleFixed)) {
    connection.Set((f == 0) != answers ? Connection::kClientFirst : Connection::kClientSecond);
  }
  if (!answers && connection.RoleOf(f) == 0) {
    connection.Set(Connection::kHandshaking);
    connection.handshake_ns = segment.at;
  }
}

void StreamTracker::Impl::OnHandshakeAck(Connection& connection, int f, const TcpSegment& segment) {
  connection.Clear(Connection::kRefused);
  if (!connection.flow[0].has(Direction::kSyn) || !connection.flow[1].has(Direction::kSyn)) {
    return;
  }
  if (connection.has(Connection::kHandshaking) && connection.RoleOf(f) == 0) {
    connection.Clear(Connection::kHandshaking);
    connection.Set(Connection::kHandshake);
    connection.handshake_ns = segment.at - connection.handshake_ns;
  }
  MoveTo(connection, Phase::kOpen);
}

}  // namespace trafrec::reassembly
