// What an ACK proves.
//
// A cumulative ACK says that the receiver has every byte below it. Where we have them too, it is a
// fact for the consumer; where we have not, the capture lost them. But a mirror may show the ACK
// before the bytes, so the hole is given up only a grace later, and each byte that still arrives in
// it begins the grace anew. An ACK far beyond anything seen is either the end of a long blackout of
// the capture or forged: it is believed when others follow it.

#include <algorithm>

#include "reassembly/limits.h"
#include "reassembly/stream/tracker_impl.h"

namespace trafrec::reassembly {

void StreamTracker::Impl::OnAck(Connection& connection, int f, const TcpSegment& segment,
                                Arrival& arrival) {
  Direction& acked = connection.flow[1 - f];
  arrival.acknowledgment = segment.acknowledgment;
  arrival.has_acknowledgment = true;
  if (!acked.has(Direction::kBase)) {
    acked.base = segment.acknowledgment;
    acked.Set(Direction::kBase);
    acked.Set(Direction::kBaseAcked);
    const Direction& flow = connection.flow[f];
    const bool first_word = flow.has(Direction::kSyn) && flow.base == segment.sequence;
    if (!segment.has(TcpSegment::kSyn) && !first_word) {
      acked.Set(Direction::kMidway);
    }
    arrival.peer_offset = 0;
    return;
  }
  if (connection.detail && connection.detail->flow[1 - f].other_base) {
    std::optional<uint32_t>& other = connection.detail->flow[1 - f].other_base;
    if (segment.acknowledgment == *other) {
      acked.base = *other;
    }
    if (segment.acknowledgment == acked.base) {
      other.reset();
    }
  }
  int64_t offset = acked.OffsetOf(segment.acknowledgment);
  if (offset < static_cast<int64_t>(acked.next) - static_cast<int64_t>(limits::kWindowBytes)) {
    offset += int64_t{1} << 32;  // no packet is that old: 2 GiB or more went by unseen
  }
  if (offset < 0) {
    return;
  }
  const auto reached = static_cast<uint64_t>(offset);
  if (reached > acked.highest + 1 && reached > acked.acked &&
      !BelieveFarAck(connection, f, reached)) {
    return;
  }
  acked.Set(Direction::kBaseAcked);
  arrival.peer_offset = reached;
  const bool handshaking =
      connection.phase == Phase::kHalfOpen || connection.has(Connection::kHandshaking);
  if (handshaking && !segment.has(TcpSegment::kSyn)) {
    OnHandshakeAck(connection, f, segment);
  }
  if (reached > acked.acked) {
    Acknowledge(connection, 1 - f, reached, segment);
  }
}

bool StreamTracker::Impl::BelieveFarAck(Connection& connection, int f, uint64_t offset) {
  const Direction& acked = connection.flow[1 - f];
  const uint64_t slack =
      std::max(2 * WindowOf(connection, f, limits::kWindowBytes / 2), limits::kUnknownWindowBytes);
  if (offset <= std::max(acked.highest, acked.acked) + slack) {
    return true;
  }
  DirectionDetail& detail = DetailOf(connection).flow[1 - f];
  const bool follows =
      detail.far_acks > 0 && offset >= detail.far_ack && offset - detail.far_ack <= slack;
  detail.far_acks = follows ? static_cast<uint8_t>(detail.far_acks + 1) : uint8_t{1};
  detail.far_ack = offset;
  const bool fits_segment = detail.far_segments > 0 && offset <= detail.far_next &&
                            detail.far_next - offset <= limits::kWindowBytes;
  if (detail.far_acks < limits::kResynchroniseAfter && !fits_segment) {
    return false;
  }
  detail.far_acks = 0;
  return true;
}

void StreamTracker::Impl::Acknowledge(Connection& connection, int f, uint64_t offset,
                                      const TcpSegment& segment) {
  Direction& flow = connection.flow[f];
  uint64_t bytes = offset;
  if (connection.detail) {
    DirectionDetail& detail = connection.detail->flow[f];
    if (detail.fin_presumed && offset > detail.fin_offset + 1) {
      ChangeFin(flow, detail, [&] { detail.fin_presumed = false; });
    }
    if (detail.fin_known()) {
      bytes = std::min(offset, detail.fin_offset);
    }
  }
  const bool news = bytes > flow.acked;
  if (news) {
    counters.acked_bytes += bytes - flow.acked;
  }
  flow.acked = offset;
  if (connection.detail) {
    connection.detail->flow[f].far_acks = 0;
  }
  if (news && ConsumerOf(connection) != nullptr) {
    Consume(connection, [&](StreamConsumer& consumer) {
      consumer.OnAcknowledged(static_cast<Flow>(f), bytes, segment.acknowledgment, segment.at);
    });
  } else if (news) {
    KeepEarlyFact(connection, [&](EarlyFacts& early) {
      early.AddAck(static_cast<Flow>(f), bytes, segment.acknowledgment, segment.at);
    });
  }
  if (bytes > flow.next) {
    StartGrace(connection, f);
  }
}

void StreamTracker::Impl::StartGrace(Connection& connection, int f) {
  const Direction& flow = connection.flow[f];
  DirectionDetail& detail = DetailOf(connection).flow[f];
  if (detail.grace_offset != 0) {
    return;
  }
  const uint64_t until = detail.fin_known() ? std::min(flow.acked, detail.fin_offset) : flow.acked;
  if (until > flow.next) {
    detail.grace_offset = until;
    detail.grace_since = now;
  }
}

void StreamTracker::Impl::ReleaseAcknowledged(Connection& connection, int f) {
  Direction& flow = connection.flow[f];
  DirectionDetail& detail = connection.detail->flow[f];
  uint64_t limit = detail.grace_offset;
  detail.grace_offset = 0;
  if (detail.fin_known()) {
    limit = std::min(limit, detail.fin_offset);
  }
  while (flow.next < limit) {
    ++counters.steps;
    uint64_t until = limit;
    if (!detail.buffer.empty()) {
      until = std::min(until, detail.buffer.front_offset());
    } else if (!detail.fin_known() && limit == flow.next + 1 && limit == flow.acked &&
               flow.highest == flow.next) {
      // One number more than the bytes there are: the FIN that we did not see.
      ChangeFin(flow, detail, [&] {
        detail.fin_presumed = true;
        detail.fin_offset = flow.next;
      });
      break;
    }
    if (until > flow.next) {
      DeliverGap(connection, f, until, store::GapCause::kAcknowledged);
    }
    const uint64_t before = flow.next;
    Pump(connection);
    if (flow.next == before && !detail.buffer.empty() && detail.buffer.front_offset() == before) {
      break;  // waits for the reverse flow, which has a grace of its own
    }
  }
}

}  // namespace trafrec::reassembly
