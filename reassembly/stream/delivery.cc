// Payload of one segment: where it lies in its flow, what of it is new, and whether it may go on.
//
// The ordinary segment is next in its flow and goes to the consumer from the packet. Any other is
// cut into runs: bytes before the flow's start, bytes delivered before, bytes that are buffered,
// and new ones. The first copy of a byte wins wherever it is; a second copy is compared with it as
// long as the first is at hand (recent_bytes.cc).

#include <algorithm>

#include "base/check.h"
#include "reassembly/limits.h"
#include "reassembly/stream/tracker_impl.h"

namespace trafrec::reassembly {

void StreamTracker::Impl::OnPayload(Connection& connection, int f, const TcpSegment& segment,
                                    Arrival& arrival) {
  Direction& flow = connection.flow[f];
  const Bytes bytes = CapturedPayload(segment);
  if (!flow.has(Direction::kBase)) {
    // A connection that began in the middle. One byte without PSH is a keep-alive probe: its number
    // lies before the next byte, and its content means nothing.
    const bool probe = segment.payload_wire_bytes == 1 && !segment.has(TcpSegment::kPsh);
    flow.base = segment.sequence + (probe ? 1 : 0);
    flow.Set(Direction::kBase);
    flow.Set(Direction::kMidway);
  }
  connection.Set(Connection::kRoleFixed);
  MoveTo(connection, Phase::kOpen);
  arrival.packet_start = true;
  arrival.conflicted = segment.fragments_conflicted;
  StreamCounters::Payload& payload = PayloadOf(connection, f);
  payload.total_bytes += bytes.size();
  const bool regular = !connection.detail && bytes.size() == segment.payload_wire_bytes &&
                       PayloadSequence(segment) == flow.SequenceOf(flow.next) &&
                       !IsBlocked(connection, f, arrival);
  if (regular) {
    Deliver(connection, f, bytes, arrival);
    flow.highest = flow.next;
  } else {
    OnIrregularPayload(connection, f, segment, arrival);
  }
}

void StreamTracker::Impl::OnIrregularPayload(Connection& connection, int f,
                                             const TcpSegment& segment, const Arrival& arrival) {
  Direction& flow = connection.flow[f];
  StreamCounters::Payload& payload = PayloadOf(connection, f);
  Bytes bytes = CapturedPayload(segment);
  uint64_t wire_length = segment.payload_wire_bytes;
  if (bytes.size() < wire_length) {
    connection.Set(Connection::kSnaplen);
  }
  int64_t begin = flow.OffsetOf(PayloadSequence(segment));
  if (begin < static_cast<int64_t>(flow.next) - static_cast<int64_t>(limits::kWindowBytes)) {
    begin += int64_t{1} << 32;  // no packet is that old: 2 GiB or more went by unseen
  }
  if (begin > static_cast<int64_t>(std::max(flow.highest, flow.acked) + limits::kWindowBytes) &&
      !BelieveFarSegment(connection, f, static_cast<uint64_t>(begin), wire_length)) {
    payload.out_of_window_bytes += bytes.size();
    return;
  }
  if (begin < 0) {
    const uint64_t before = std::min(static_cast<uint64_t>(-begin), wire_length);
    const size_t trimmed = std::min<size_t>(before, bytes.size());
    payload.out_of_window_bytes += trimmed;
    bytes = bytes.subspan(trimmed);
    wire_length -= before;
    begin = 0;
  }
  const auto offset = static_cast<uint64_t>(begin);
  if (connection.detail && connection.detail->flow[f].fin_known() &&
      offset + wire_length > connection.detail->flow[f].fin_offset) {
    DirectionDetail& detail = connection.detail->flow[f];
    if (flow.has(Direction::kEnded)) {
      const uint64_t kept = detail.fin_offset - std::min(offset, detail.fin_offset);
      if (bytes.size() > kept) {
        payload.after_close_bytes += bytes.size() - kept;
        bytes = bytes.first(kept);
      }
      wire_length = std::min(wire_length, kept);
    } else {
      // The sender goes on beyond its FIN: it was not its own.
      ChangeFin(flow, detail, [&] { detail.fin_seen = detail.fin_presumed = false; });
      detail.end_due = kNever;
    }
  }
  if (wire_length == 0) {
    return;
  }
  if (offset < flow.next) {
    OnDeliveredAgain(connection, f, offset,
                     bytes.first(std::min<size_t>(bytes.size(), flow.next - offset)), arrival);
  }
  if (offset + wire_length > flow.next) {
    TakeRuns(connection, f, offset, bytes, wire_length, arrival);
  }
}

bool StreamTracker::Impl::BelieveFarSegment(Connection& connection, int f, uint64_t offset,
                                            uint64_t length) {
  DirectionDetail& detail = DetailOf(connection).flow[f];
  const bool follows = detail.far_segments > 0 && detail.far_next == offset;
  detail.far_segments = follows ? static_cast<uint8_t>(detail.far_segments + 1) : uint8_t{1};
  detail.far_next = offset + length;
  if (detail.far_segments < limits::kResynchroniseAfter) {
    return false;
  }
  detail.far_segments = 0;
  return true;
}

void StreamTracker::Impl::OnDeliveredAgain(Connection& connection, int f, uint64_t offset,
                                           Bytes bytes, const Arrival& arrival) {
  const Direction& flow = connection.flow[f];
  if (bytes.empty()) {
    return;
  }
  const uint64_t end = offset + bytes.size();
  if (bytes.size() == 1 && end == flow.highest && flow.acked >= end) {
    // A keep-alive probe: the byte before the next one, acknowledged long ago, any content.
    PayloadOf(connection, f).duplicate_bytes += 1;
    return;
  }
  const uint64_t differing = recent.Differing(flow.recent, offset, bytes, counters.steps);
  OnCopy(connection, f, offset, bytes.size(), arrival.at, differing);
}

void StreamTracker::Impl::TakeRuns(Connection& connection, int f, uint64_t offset, Bytes bytes,
                                   uint64_t wire_length, const Arrival& arrival) {
  Direction& flow = connection.flow[f];
  OutOfOrderBuffer& buffer = DetailOf(connection).flow[f].buffer;
  const uint64_t captured_end = offset + bytes.size();
  const uint64_t end = offset + wire_length;
  uint64_t position = std::max(offset, flow.next);
  const auto behind = buffer.FindFrom(position);
  const bool repeats =
      offset < position || (behind != buffer.pieces().end() && behind->first < end);
  size_t overlapped = 0;
  size_t cut_runs = 0;
  while (position < end) {
    ++counters.steps;
    const bool real = position < captured_end;
    if (!real && ++cut_runs > limits::kCutRuns) {
      break;
    }
    const uint64_t limit = real ? captured_end : end;
    const auto piece = buffer.FindFrom(position);
    const bool found = piece != buffer.pieces().end();
    if (!found || piece->first > position) {
      const uint64_t until = found ? std::min(limit, piece->first) : limit;
      Arrival here = arrival;
      here.packet_start = position == offset && arrival.packet_start;
      here.repeats = repeats;
      const Bytes run = real ? bytes.subspan(position - offset, until - position) : Bytes();
      TakeRun(connection, f, position, run, until - position, here);
      position = until;
      continue;
    }
    const uint64_t until = std::min(limit, piece->first + piece->second.length);
    if (real && piece->second.is_cut()) {
      buffer.CarveCut(piece->first, position, until);
      continue;
    }
    if (real) {
      const Bytes mine = bytes.subspan(position - offset, until - position);
      const Bytes kept = piece->second.bytes().subspan(position - piece->first, until - position);
      OnCopy(connection, f, position, mine.size(), arrival.at, CountDiffering(mine, kept));
    }
    ++overlapped;
    position = until;
  }
  flow.highest = std::max(flow.highest, end);
  if (overlapped > limits::kOverlappedPieces) {
    counters.steps += buffer.Coalesce(offset, position);
  }
  Pump(connection);
  while (buffer.charged_bytes() > limits.flow_buffered_bytes_max) {
    ForceFront(connection, f, store::GapCause::kStreamLimit);
    Pump(connection);
  }
}

void StreamTracker::Impl::TakeRun(Connection& connection, int f, uint64_t offset, Bytes bytes,
                                  uint64_t length, const Arrival& arrival) {
  Direction& flow = connection.flow[f];
  DirectionDetail& detail = connection.detail->flow[f];
  if (offset == flow.next && !IsBlocked(connection, f, arrival)) {
    detail.progress_at = now;
    detail.far_segments = 0;
    if (detail.grace_offset != 0) {
      detail.grace_since = now;
    }
    if (bytes.empty()) {
      DeliverGap(connection, f, offset + length, store::GapCause::kSnaplen);
    } else {
      Deliver(connection, f, bytes, arrival);
    }
    return;
  }
  detail.buffer.Insert(offset, bytes, length, arrival, now);
  PayloadOf(connection, f).buffered_bytes += bytes.size();
}

void StreamTracker::Impl::OnCopy(Connection& connection, int f, uint64_t offset, uint64_t length,
                                 TimeNs at, uint64_t differing) {
  StreamCounters::Payload& payload = PayloadOf(connection, f);
  payload.conflict_bytes += differing;
  payload.duplicate_bytes += length - differing;
  const bool conflict = differing > 0;
  if (conflict) {
    connection.Set(Connection::kConflict);
  }
  if (ConsumerOf(connection) != nullptr) {
    Consume(connection, [&](StreamConsumer& consumer) {
      consumer.OnCopy(static_cast<Flow>(f), offset, length, at, conflict);
    });
  } else {
    KeepEarlyFact(connection, [&](EarlyFacts& early) {
      early.AddCopy(static_cast<Flow>(f), offset, length, at, conflict);
    });
  }
}

bool StreamTracker::Impl::IsBlocked(const Connection& connection, int f,
                                    const Arrival& arrival) const {
  const Direction& reverse = connection.flow[1 - f];
  if (!arrival.peer_offset || *arrival.peer_offset <= reverse.next) {
    return false;
  }
  if (!connection.detail) {
    return true;
  }
  const DirectionDetail& detail = connection.detail->flow[1 - f];
  return !detail.fin_known() || reverse.next < detail.fin_offset;
}

void StreamTracker::Impl::Deliver(Connection& connection, int f, Bytes bytes,
                                  const Arrival& arrival) {
  EnsureConsumer(connection);
  Direction& flow = connection.flow[f];
  Chunk chunk;
  chunk.bytes = bytes;
  chunk.offset = flow.next;
  chunk.sequence = flow.SequenceOf(flow.next);
  chunk.at = arrival.at;
  if (arrival.has_acknowledgment) {
    chunk.acknowledgment = arrival.acknowledgment;
  }
  if (arrival.peer_offset) {
    // Less than the packet says for a FIN, which has a number and no byte, and for a copy that goes
    // first though it acknowledges more than is delivered: its original knew less (ordering.cc).
    chunk.peer_offset = std::min(*arrival.peer_offset, connection.flow[1 - f].next);
  }
  chunk.packet_start = arrival.packet_start;
  flow.recent = recent.Remember(flow.recent, flow.next, bytes);
  flow.next += bytes.size();
  PayloadOf(connection, f).delivered_bytes += bytes.size();
  if (arrival.conflicted) {
    connection.Set(Connection::kConflict);
  }
  Consume(connection, [&](StreamConsumer& consumer) {
    consumer.OnChunk(static_cast<Flow>(f), chunk);
    if (arrival.conflicted) {
      // Which of the fragments was the forged one nobody knows, nor which one the receiver took.
      consumer.OnCopy(static_cast<Flow>(f), chunk.offset, bytes.size(), arrival.at, true);
    }
  });
}

void StreamTracker::Impl::DeliverFront(Connection& connection, int f, uint64_t length_max) {
  ++counters.steps;
  Direction& flow = connection.flow[f];
  OutOfOrderBuffer& buffer = connection.detail->flow[f].buffer;
  CHECK(buffer.front_offset() == flow.next);
  const OutOfOrderBuffer::Piece& front = buffer.front();
  if (const uint64_t part = std::min(length_max, front.run_length()); part < front.length) {
    if (front.is_cut()) {
      DeliverGap(connection, f, flow.next + part, store::GapCause::kSnaplen);
    } else {
      PayloadOf(connection, f).buffered_bytes -= part;
      Deliver(connection, f, front.bytes().first(part), front.arrival);
    }
    buffer.TrimFront(part);
    return;
  }
  const OutOfOrderBuffer::Piece piece = buffer.PopFront();
  if (piece.is_cut()) {
    DeliverGap(connection, f, flow.next + piece.length, store::GapCause::kSnaplen);
    return;
  }
  PayloadOf(connection, f).buffered_bytes -= piece.length;
  Deliver(connection, f, piece.bytes(), piece.arrival);
}

void StreamTracker::Impl::DeliverGap(Connection& connection, int f, uint64_t until,
                                     store::GapCause cause) {
  EnsureConsumer(connection);
  Direction& flow = connection.flow[f];
  if (cause == store::GapCause::kClosed && until <= flow.acked) {
    cause = store::GapCause::kAcknowledged;  // within the grace before the end
  }
  const Gap gap = {flow.next, until - flow.next, now, cause};
  CHECK(gap.length > 0);
  flow.next = until;
  flow.highest = std::max(flow.highest, until);
  flow.gap_bytes += gap.length;
  PayloadOf(connection, f).missed_bytes += gap.length;
  ++counters.gaps[static_cast<size_t>(cause)];
  counters.gap_bytes[static_cast<size_t>(cause)] += gap.length;
  Consume(connection, [&](StreamConsumer& consumer) { consumer.OnGap(static_cast<Flow>(f), gap); });
}

}  // namespace trafrec::reassembly
