// Order within and between the two flows, and what ends the waiting.
//
// Bytes are delivered when they are next in their flow and the reverse flow has been delivered as
// far as their packet acknowledges it: an answer that a mirror shows before its request waits for
// it. Both kinds of waiting end by the same means: the missing bytes come, or the peer's ACK says
// that they went by, or a limit or the end forces them. Two flows can wait for each other when a
// retransmission carries a newer ACK than its original did. Then the retransmission goes first, as
// far as the other waits for it: its original was sent before the other's ACK of it. It is the one
// whose packet repeated bytes, or else the one that was captured later.

#include <algorithm>

#include "base/check.h"
#include "reassembly/stream/tracker_impl.h"

namespace trafrec::reassembly {

void StreamTracker::Impl::Pump(Connection& connection) {
  const auto is_ready = [&](int f) {
    const OutOfOrderBuffer& buffer = connection.detail->flow[f].buffer;
    return !buffer.empty() && buffer.front_offset() == connection.flow[f].next;
  };
  const auto front = [&](int f) -> const OutOfOrderBuffer::Piece& {
    return connection.detail->flow[f].buffer.front();
  };
  for (;;) {
    bool progress = false;
    for (int f = 0; f < 2; ++f) {
      while (is_ready(f) && !IsBlocked(connection, f, front(f).arrival)) {
        DeliverFront(connection, f);
        progress = true;
      }
    }
    if (progress) {
      continue;
    }
    if (!is_ready(0) || !is_ready(1)) {
      return;
    }
    const Arrival& first = front(0).arrival;
    const Arrival& second = front(1).arrival;
    const bool first_is_copy =
        first.repeats == second.repeats ? first.at > second.at : first.repeats;
    const int f = first_is_copy ? 0 : 1;
    DeliverFront(connection, f, *front(1 - f).arrival.peer_offset - connection.flow[f].next);
  }
}

/// Delivers at least the first waiting piece of flow `f`, with gaps for what it waits for.
void StreamTracker::Impl::ForceFront(Connection& connection, int f, store::GapCause cause) {
  ++counters.steps;
  const OutOfOrderBuffer& buffer = connection.detail->flow[f].buffer;
  const uint64_t offset = buffer.front_offset();
  const Arrival arrival = buffer.front().arrival;
  if (offset > connection.flow[f].next) {
    DeliverGap(connection, f, offset, cause);
  }
  if (IsBlocked(connection, f, arrival)) {
    ForceUpTo(connection, 1 - f, *arrival.peer_offset, cause);
  }
  DeliverFront(connection, f);
}

void StreamTracker::Impl::ForceUpTo(Connection& connection, int f, uint64_t offset,
                                    store::GapCause cause) {
  Direction& flow = connection.flow[f];
  DirectionDetail& detail = connection.detail->flow[f];
  uint64_t limit = offset;
  if (detail.fin_known()) {
    limit = std::min(limit, detail.fin_offset);
  } else if (limit == flow.highest + 1) {
    limit = flow.highest;  // the number of a FIN that was not captured
  }
  while (flow.next < limit) {
    const uint64_t front = detail.buffer.empty() ? limit : detail.buffer.front_offset();
    if (front > flow.next) {
      DeliverGap(connection, f, std::min(front, limit), cause);
    } else {
      DeliverFront(connection, f);
    }
  }
}

/// Nothing waits any more: what is missing becomes gaps, also at the end of each flow.
void StreamTracker::Impl::ForceAll(Connection& connection, store::GapCause cause) {
  if (!connection.detail) {
    return;
  }
  Pump(connection);
  const auto buffer = [&](int f) -> const OutOfOrderBuffer& {
    return connection.detail->flow[f].buffer;
  };
  while (!buffer(0).empty() || !buffer(1).empty()) {
    const bool second =
        buffer(0).empty() ||
        (!buffer(1).empty() && buffer(1).front().waiting_since < buffer(0).front().waiting_since);
    ForceFront(connection, second ? 1 : 0, cause);
    Pump(connection);
  }
  for (int f = 0; f < 2; ++f) {
    Direction& flow = connection.flow[f];
    const DirectionDetail& detail = connection.detail->flow[f];
    // An RST bears the number behind all that its sender had sent (RFC 9293, section 3.10.7).
    const uint64_t sent = detail.reset_seen ? std::max(flow.acked, detail.reset_above) : flow.acked;
    ForceUpTo(connection, f, detail.fin_known() ? detail.fin_offset : sent, cause);
  }
}

void StreamTracker::Impl::EnsureConsumer(Connection& connection) {
  if (ConsumerOf(connection) != nullptr) {
    return;
  }
  const Direction& first = connection.flow[0];
  const Direction& second = connection.flow[1];
  ConnectionInfo info;
  connection.number = ++connections_made;
  info.number = connection.number;
  const bool first_is_low = connection.has(Connection::kFirstIsLow);
  info.first = first_is_low ? LowEndpoint(connection.key) : HighEndpoint(connection.key);
  info.second = first_is_low ? HighEndpoint(connection.key) : LowEndpoint(connection.key);
  if (connection.has(Connection::kClientFirst)) {
    info.client = Flow::kFirst;
  } else if (connection.has(Connection::kClientSecond)) {
    info.client = Flow::kSecond;
  }
  if (first.has(Direction::kSyn)) {
    info.first_isn = first.base - 1;
  }
  if (second.has(Direction::kSyn)) {
    info.second_isn = second.base - 1;
  }
  info.first_from_start = !first.has(Direction::kMidway);
  info.second_from_start = !second.has(Direction::kMidway);
  info.interface = connection.interface;
  info.encapsulation = encapsulations.ids(connection.encapsulation);
  info.opened_at = connection.opened_at;
  connection.Set(Connection::kRoleFixed);
  connection.Set(Connection::kHadConsumer);
  MoveTo(connection, Phase::kOpen);
  if (!first.has(Direction::kSyn) && !second.has(Direction::kSyn)) {
    ++counters.mid_stream;
  }
  const size_t before = memory.used_bytes;
  connection.consumer = consumers.Open(info);
  CHECK(connection.consumer != nullptr);
  CountHeld(connection, before);
  TellEarlyFacts(connection);
  for (int f = 0; f < 2; ++f) {
    if (connection.flow[f].has(Direction::kEnded)) {
      connection.consumer->OnEnd(static_cast<Flow>(f), connection.detail->flow[f].fin_at);
    }
  }
}

void StreamTracker::Impl::TellEarlyFacts(Connection& connection) {
  if (connection.detail && !connection.detail->early.empty()) {
    memory.used_bytes -= connection.detail->early.bytes();
    const size_t before = memory.used_bytes;
    connection.detail->early.Tell(*connection.consumer);
    CountHeld(connection, before);
  }
}

void StreamTracker::Impl::CountHeld(Connection& connection, size_t before) {
  connection.held_bytes += static_cast<int64_t>(memory.used_bytes) - static_cast<int64_t>(before);
  connection.held_bytes = std::max<int64_t>(connection.held_bytes, 0);
  const bool holder = connection.has(Connection::kHolder);
  if (connection.held_bytes > 0 && !holder) {
    connection.Set(Connection::kHolder);
    holders.PushBack(connection);
  } else if (connection.held_bytes > 0) {
    holders.MoveToBack(connection);
  } else if (holder) {
    connection.Clear(Connection::kHolder);
    holders.Remove(connection);
  }
}

}  // namespace trafrec::reassembly
