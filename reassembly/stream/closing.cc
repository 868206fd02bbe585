// How connections end.
//
// A FIN ends its flow once all bytes before it are delivered and the peer acknowledged it, or a
// grace later: a forged one is recognised by its supposed sender going on beyond it. An RST counts
// if its number lies in the window of its receiver; it closes the connection a settling time later,
// unless its supposed sender goes on: then it was forged, or meant for something else, and nothing
// has been lost. (RFC 5961 gives endpoints a challenge ACK for that; an observer has only what
// comes next.) A closed connection is remembered for a while, so that late copies do not look like
// a new connection in its middle.

#include <algorithm>

#include "reassembly/limits.h"
#include "reassembly/stream/tracker_impl.h"

namespace trafrec::reassembly {

void StreamTracker::Impl::OnFin(Connection& connection, int f, const TcpSegment& segment) {
  Direction& flow = connection.flow[f];
  const Direction& reverse = connection.flow[1 - f];
  if (!flow.has(Direction::kBase)) {
    if (reverse.has(Direction::kSyn)) {
      return;  // before its own SYN-ACK: forged, or the SYN-ACK is yet to come
    }
    flow.base = segment.sequence;
    flow.Set(Direction::kBase);
    flow.Set(Direction::kMidway);
  }
  const int64_t end =
      flow.OffsetOf(PayloadSequence(segment)) + static_cast<int64_t>(segment.payload_wire_bytes);
  const uint64_t farthest = std::max(flow.highest, flow.acked) + limits::kWindowBytes;
  if (flow.has(Direction::kEnded) || end < static_cast<int64_t>(flow.highest) ||
      end > static_cast<int64_t>(farthest)) {
    return;
  }
  DirectionDetail& detail = DetailOf(connection).flow[f];
  if (detail.fin_seen && static_cast<uint64_t>(end) <= detail.fin_offset) {
    return;
  }
  ChangeFin(flow, detail, [&] {
    detail.fin_seen = true;
    detail.fin_presumed = false;
    detail.fin_offset = static_cast<uint64_t>(end);
  });
  detail.fin_sequence = flow.SequenceOf(detail.fin_offset);
  detail.fin_at = segment.at;
  detail.end_due = kNever;
}

void StreamTracker::Impl::OnReset(Connection& connection, int f, const TcpSegment& segment) {
  const size_t bytes = CapturedPayload(segment).size();
  StreamCounters::Payload& payload = PayloadOf(connection, f);
  payload.total_bytes += bytes;
  payload.rejected_bytes += bytes;
  if (!IsResetInWindow(connection, f, segment)) {
    --counters.segments[static_cast<size_t>(StreamCounters::SegmentFate::kTracked)];
    counters.Count(StreamCounters::SegmentFate::kResetOutOfWindow);
    return;
  }
  if (connection.phase == Phase::kHalfOpen) {
    connection.Set(Connection::kRefused);
    return;
  }
  Arrival arrival;
  if (segment.has(TcpSegment::kAck) && connection.flow[1 - f].has(Direction::kBase)) {
    OnAck(connection, f, segment, arrival);
  }
  const Direction& flow = connection.flow[f];
  DirectionDetail& detail = DetailOf(connection).flow[f];
  if (!detail.reset_seen) {
    detail.reset_seen = true;
    detail.reset_at = segment.at;
    detail.reset_sequence = segment.sequence;
    detail.reset_due = now + limits::kResetSettleNs;
    detail.reset_above = flow.highest;
    if (flow.has(Direction::kBase)) {
      const int64_t offset = flow.OffsetOf(segment.sequence);
      detail.reset_above = std::max(flow.highest, static_cast<uint64_t>(offset));
    }
    detail.reset_peer_above = connection.flow[1 - f].highest + 1;
  }
  Settle(connection);
}

bool StreamTracker::Impl::IsResetInWindow(const Connection& connection, int f,
                                          const TcpSegment& segment) const {
  const Direction& flow = connection.flow[f];
  const Direction& reverse = connection.flow[1 - f];
  if (!flow.has(Direction::kBase)) {
    if (!segment.has(TcpSegment::kAck) || !reverse.has(Direction::kBase)) {
      return false;
    }
    const int64_t acked = reverse.OffsetOf(segment.acknowledgment);
    return acked >= 0 && static_cast<uint64_t>(acked) <= reverse.highest + 1;
  }
  const int64_t offset = flow.OffsetOf(segment.sequence);
  const uint64_t window = WindowOf(connection, 1 - f, limits::kUnknownWindowBytes);
  // One more for the FIN.
  const uint64_t last = std::max(flow.highest, flow.acked + window) + 1;
  return offset >= static_cast<int64_t>(flow.acked) && static_cast<uint64_t>(offset) <= last;
}

/// Called for each segment but RST from the supposed sender of an RST.
void StreamTracker::Impl::WithdrawReset(Connection& connection, int f, const TcpSegment& segment,
                                        const Arrival& arrival) {
  DirectionDetail& detail = connection.detail->flow[f];
  const Direction& flow = connection.flow[f];
  const int64_t end = flow.has(Direction::kBase)
                          ? flow.OffsetOf(PayloadSequence(segment)) +
                                static_cast<int64_t>(segment.payload_wire_bytes)
                          : 0;
  const bool sends_on =
      segment.payload_wire_bytes > 0 && end > static_cast<int64_t>(detail.reset_above);
  const bool receives_on = arrival.peer_offset && *arrival.peer_offset > detail.reset_peer_above;
  if (sends_on || receives_on) {
    detail.reset_seen = false;
    detail.reset_due = kNever;
    ++counters.resets_withdrawn;
  }
}

void StreamTracker::Impl::CheckEnd(Connection& connection, int f, bool due) {
  const Direction& flow = connection.flow[f];
  DirectionDetail& detail = connection.detail->flow[f];
  if (!detail.fin_seen || flow.has(Direction::kEnded) || flow.next != detail.fin_offset) {
    return;
  }
  if (flow.acked > detail.fin_offset || due) {
    EndFlow(connection, f);
  } else if (detail.end_due == kNever) {
    detail.end_due = now + limits.gap_grace_ns;
  }
}

void StreamTracker::Impl::EndFlow(Connection& connection, int f) {
  DirectionDetail& detail = connection.detail->flow[f];
  detail.end_due = kNever;
  connection.flow[f].Set(Direction::kEnded);
  if (ConsumerOf(connection) != nullptr) {
    Consume(connection,
            [&](StreamConsumer& consumer) { consumer.OnEnd(static_cast<Flow>(f), detail.fin_at); });
  }
}

store::CloseCause StreamTracker::Impl::CauseOf(const Connection& connection,
                                               store::CloseCause otherwise) const {
  if (connection.has(Connection::kRefused)) {
    return store::CloseCause::kReset;
  }
  if (!connection.detail) {
    return otherwise;
  }
  const DirectionDetail* flow = connection.detail->flow;
  if (flow[0].reset_seen || flow[1].reset_seen) {
    return store::CloseCause::kReset;
  }
  return flow[0].fin_seen && flow[1].fin_seen ? store::CloseCause::kFin : otherwise;
}

void StreamTracker::Impl::Close(Connection& connection, store::CloseCause cause) {
  const bool evicted = cause == store::CloseCause::kEvicted;
  ForceAll(connection, evicted ? store::GapCause::kGlobalLimit : store::GapCause::kClosed);
  for (int f = 0; f < 2; ++f) {
    const Direction& flow = connection.flow[f];
    const bool fin_known = connection.detail && connection.detail->flow[f].fin_known();
    if (!fin_known && flow.acked == flow.highest + 1) {
      --counters.acked_bytes;  // the number of a FIN that was not captured
    }
  }
  ++counters.closed[static_cast<size_t>(cause)];
  if (!connection.has(Connection::kHadConsumer)) {
    ++counters.no_data;
  }
  if (ConsumerOf(connection) != nullptr) {
    ConnectionEnd end;
    end.cause = cause;
    end.at = connection.last_at;
    store::SideClose* sides[] = {&end.first, &end.second};
    std::optional<uint32_t>* numbers[] = {&end.first_isn, &end.second_isn};
    for (int f = 0; f < 2; ++f) {
      const Direction& flow = connection.flow[f];
      if (flow.has(Direction::kSyn)) {
        *numbers[f] = flow.base - 1;
      }
      sides[f]->payload_bytes = flow.highest;
      sides[f]->gap_bytes = flow.gap_bytes;
      if (!connection.detail) {
        continue;
      }
      const DirectionDetail& detail = connection.detail->flow[f];
      if (detail.fin_seen) {
        sides[f]->fin_at = detail.fin_at;
        sides[f]->fin_seq = detail.fin_sequence;
        if (!flow.has(Direction::kEnded)) {
          EndFlow(connection, f);
        }
      }
      if (detail.reset_seen) {
        sides[f]->rst_at = detail.reset_at;
        sides[f]->rst_seq = detail.reset_sequence;
      }
    }
    if (connection.has(Connection::kHandshake)) {
      end.handshake_ns = connection.handshake_ns;
    }
    end.overlap_conflict = connection.has(Connection::kConflict);
    end.snaplen_cut = connection.has(Connection::kSnaplen);
    if (evicted) {
      connection.consumer->OnEvict(now);
    }
    connection.consumer->OnClose(end);
    connection.consumer.reset();
  }
  DropDetail(connection);
  if (connection.has(Connection::kHolder)) {
    connection.Clear(Connection::kHolder);
    holders.Remove(connection);
  }
  const bool remembered =
      (cause == store::CloseCause::kFin || cause == store::CloseCause::kReset) &&
      connection.phase == Phase::kOpen && limits.closed_linger_ns > 0;
  MoveTo(connection, Phase::kClosed);
  connection.closed_by = cause;
  connection.last_at = now;
  if (!remembered) {
    Remove(connection);
  }
}

void StreamTracker::Impl::Evict(Connection& connection) {
  if (connection.phase == Phase::kHalfOpen && !connection.has(Connection::kRefused)) {
    DropDetail(connection);
    ++counters.half_open_evicted;
    ++counters.no_data;
    MoveTo(connection, Phase::kClosed);
    Remove(connection);
    return;
  }
  Close(connection, connection.has(Connection::kRefused) ? store::CloseCause::kReset
                                                         : store::CloseCause::kEvicted);
}

/// Only for connections in Phase::kClosed.
void StreamTracker::Impl::Remove(Connection& connection) {
  ListOf(connection.phase).Remove(connection);
  encapsulations.Release(connection.encapsulation);
  seconds -= (connection.key.overlay & kSecondOfTuple) != 0 ? 1 : 0;
  encapsulations.Release(connection.key.overlay & ~kSecondOfTuple);
  mirrors.Remove(connection.self, [this](uint32_t overlay) { encapsulations.Release(overlay); });
  memory.used_bytes -= kConnectionBytes;
  table.Remove(connection);
}

bool StreamTracker::Impl::IsLate(const Connection& connection, int f,
                                 const TcpSegment& segment) const {
  const Direction& flow = connection.flow[f];
  if (segment.has(TcpSegment::kSyn)) {
    return flow.has(Direction::kBase) &&
           (flow.base == segment.sequence + 1 || IsCopyOfMissedSyn(connection, f, segment));
  }
  if (segment.payload_wire_bytes == 0 || !flow.has(Direction::kBase)) {
    return true;
  }
  const int64_t end =
      flow.OffsetOf(segment.sequence) + static_cast<int64_t>(segment.payload_wire_bytes);
  if (end < static_cast<int64_t>(flow.highest) - static_cast<int64_t>(limits::kWindowBytes)) {
    return false;
  }
  if (end <= static_cast<int64_t>(flow.highest) + 1) {
    return true;
  }
  // New data. After both FINs nothing honest goes on in sequence; after an RST it may.
  return connection.closed_by == store::CloseCause::kFin &&
         end <= static_cast<int64_t>(flow.highest + limits::kUnknownWindowBytes);
}

}  // namespace trafrec::reassembly
