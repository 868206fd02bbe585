// Segments to connections.
//
// A segment is looked up by its addresses, ports and overlay network. The ordinary one (in order,
// nothing missing, no SYN, FIN or RST) touches one table slot and one connection and goes to the
// consumer straight from the packet. Everything else may take longer: it is kept in a Detail that
// exists only while it is needed, so that an idle connection stays small. Rejected: one general
// path for all segments (several times slower on ordinary traffic), and state machines after RFC
// 9293 for both ends (an observer sees neither end's state, only evidence of it).

#include "reassembly/stream/stream_tracker.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>

#include "base/check.h"
#include "reassembly/limits.h"
#include "reassembly/stream/tracker_impl.h"

namespace trafrec::reassembly {
namespace {

using Fate = StreamCounters::SegmentFate;

uint64_t RandomSeed() {
  std::random_device device;
  return static_cast<uint64_t>(device()) << 32 | device();
}

}  // namespace

StreamLimits StreamLimits::Default() {
  return {
      limits::kFlowBufferedBytes, limits::kConnections, limits::kHalfOpen, limits::kIdleTimeoutNs,
      limits::kClosedLingerNs,    limits::kGapGraceNs,  limits::kRestNs};
}

StreamTracker::StreamTracker(const StreamLimits& limits, MemoryAccount& memory,
                             StreamConsumerFactory& consumers)
    : impl_(std::make_unique<Impl>(limits, memory, consumers)) {}

StreamTracker::~StreamTracker() = default;

void StreamTracker::OnSegment(const TcpSegment& segment) { impl_->OnSegment(segment); }

void StreamTracker::OnTick(TimeNs now) {
  impl_->now = std::max(impl_->now, now);
  impl_->RunTimers();
  impl_->MakeRoom();
}

void StreamTracker::Finish() { impl_->Finish(); }

TimeNs StreamTracker::undelivered_since() const {
  return impl_->buffering.empty() ? std::numeric_limits<TimeNs>::max()
                                  : impl_->buffering.front().detail->buffering_since;
}

void StreamTracker::AddCounters(Counters& counters) const {
  const auto& half_open = impl_->lists[static_cast<size_t>(Phase::kHalfOpen)];
  const auto& open = impl_->lists[static_cast<size_t>(Phase::kOpen)];
  impl_->counters.AddTo(counters, open.size(), half_open.size());
}

PayloadLoss StreamTracker::loss() const {
  const auto& gaps = impl_->counters.gap_bytes;
  return {.gap_bytes = std::accumulate(gaps.begin(), gaps.end(), uint64_t{0}),
          .acked_bytes = impl_->counters.acked_bytes};
}

StreamTracker::Impl::Impl(const StreamLimits& limits_in, MemoryAccount& memory_in,
                          StreamConsumerFactory& consumers_in)
    : limits(limits_in),
      memory(memory_in),
      consumers(consumers_in),
      table(RandomSeed()),
      lists{PhaseList(table), PhaseList(table), PhaseList(table)},
      holders(table),
      buffering(table),
      encapsulations(memory_in),
      mirrors(RandomSeed()),
      recent(limits::kRecentRingBytes) {}

void StreamTracker::Impl::OnSegment(const TcpSegment& segment) {
  now = std::max(now, segment.at);
  if (now >= wake_at) {
    RunTimers();
  }
  const uint8_t flags = segment.flags;
  if ((flags & TcpSegment::kSyn) != 0 && (flags & (TcpSegment::kFin | TcpSegment::kRst)) != 0) {
    Reject(segment, Fate::kOddFlags);
    return;
  }
  uint32_t overlay = 0;
  bool overlay_known = true;
  EncapsulationTable::Ids overlay_ids;
  if (!segment.encapsulation.empty()) {
    overlay_ids = OverlayIds(segment.encapsulation);
    overlay = encapsulations.Find(overlay_ids, overlay_known);
  }
  bool low = false;
  FlowKey key = MakeFlowKey(segment.source, segment.destination, overlay, low);
  uint32_t hash = table.Hash(key);
  Connection* connection = overlay_known ? Find(key, hash) : nullptr;
  if (seconds > 0 || (connection != nullptr && IsOfAnother(*connection, low, segment))) {
    connection = ChooseOfTwo(connection, key, hash, low, segment);
  }
  const auto flow_of = [&] { return connection->has(Connection::kFirstIsLow) == low ? 0 : 1; };
  if (connection != nullptr && connection->phase == Phase::kClosed) {
    if (IsLate(*connection, flow_of(), segment)) {
      IgnoreLate(*connection, flow_of(), segment);
      return;
    }
    Remove(*connection);
    connection = nullptr;
  }
  if (connection != nullptr && (flags & TcpSegment::kSyn) != 0) {
    const SynOutcome outcome = OnSyn(*connection, flow_of(), segment);
    if (outcome == SynOutcome::kStray) {
      Reject(segment, Fate::kStraySyn);
      return;
    }
    if (outcome == SynOutcome::kReplaces) {
      Forget(*connection);
      connection = nullptr;
    }
  }
  if (connection == nullptr) {
    connection = FindMirrored(key, overlay_known, overlay_ids, segment, low);
    if (connection != nullptr && connection->phase == Phase::kClosed) {
      IgnoreLate(*connection, flow_of(), segment);
      return;
    }
  }
  if (connection == nullptr) {
    if (!MayOpen(segment)) {
      return;
    }
    // The connection before may have been the last one to know this overlay.
    key.overlay = encapsulations.Acquire(overlay_ids) | (key.overlay & kSecondOfTuple);
    hash = table.Hash(key);
    connection = &Open(key, hash, segment, low);
  }
  counters.Count(Fate::kTracked);
  Track(*connection, flow_of(), segment);
  if (memory.used_bytes > memory.max_bytes) {
    MakeRoom();
  }
}

Connection* StreamTracker::Impl::Find(const FlowKey& key, uint32_t hash) {
  Connection* const own = table.Find(key, hash);
  if (own != nullptr || mirrors.empty()) {
    return own;
  }
  const uint32_t* const mirrored = mirrors.Find(key);
  return mirrored == nullptr ? nullptr : &table[*mirrored];
}

/// The connection that another mirror carries in another overlay network, or that was seen bare.
/// Whichever copy came first: the search goes from a network to no network too.
Connection* StreamTracker::Impl::FindMirrored(FlowKey key, bool overlay_known,
                                              const EncapsulationTable::Ids& overlay,
                                              const TcpSegment& segment, bool source_is_low) {
  // On a recorder that never saw a tunnel there is nothing to search; and of two connections that
  // one network has under the same addresses, only the first has mirrors.
  if ((encapsulations.greatest() == 0 && overlay.empty()) || (key.overlay & kSecondOfTuple) != 0) {
    return nullptr;
  }
  const uint32_t own = overlay_known ? key.overlay : UINT32_MAX;
  const uint32_t last = std::min(encapsulations.greatest(), limits::kMirroredNetworks);
  for (key.overlay = 0; key.overlay <= last; ++key.overlay) {
    ++counters.steps;
    Connection* const other = key.overlay == own ? nullptr : table.Find(key, table.Hash(key));
    if (other == nullptr || !IsCopy(*other, source_is_low, segment)) {
      continue;
    }
    key.overlay = encapsulations.Acquire(overlay);
    if (mirrors.Add(key, other->self)) {
      const int f = other->has(Connection::kFirstIsLow) == source_is_low ? 0 : 1;
      if (segment.has(TcpSegment::kSyn) && !other->flow[f].has(Direction::kSyn)) {
        AdoptSyn(*other, f, segment);
      }
      return other;
    }
    encapsulations.Release(key.overlay);
    return nullptr;
  }
  return nullptr;
}

/// The segment, seen in another network, is one of the connection's. Tenants may use the same
/// addresses there, but not the same initial sequence number at the same time: a SYN tells. Where
/// it was not seen through one of the mirrors, both of the segment's numbers do, if the connection
/// was just there. Or each direction has a network of its own (a mirror at each end that sends on
/// only what comes in, overlays that name the receiver's network): the SYN-ACK acknowledges the
/// SYN, and what is acknowledged to the byte needs no haste.
bool StreamTracker::Impl::IsCopy(const Connection& connection, bool source_is_low,
                                 const TcpSegment& segment) const {
  const int f = connection.has(Connection::kFirstIsLow) == source_is_low ? 0 : 1;
  const Direction& flow = connection.flow[f];
  const Direction& reverse = connection.flow[1 - f];
  const auto acknowledges = [&](uint64_t offset) {
    return segment.has(TcpSegment::kAck) && reverse.has(Direction::kBase) &&
           segment.acknowledgment == reverse.SequenceOf(offset);
  };
  if (segment.has(TcpSegment::kSyn)) {
    if (flow.has(Direction::kBase)) {  // by its SYN, or by what the SYN-ACK acknowledged
      return (flow.has(Direction::kSyn) || reverse.has(Direction::kSyn)) &&
             flow.base == segment.sequence + 1;
    }
    return reverse.has(Direction::kSyn) && (acknowledges(0) || acknowledges(reverse.highest));
  }
  const auto near = [](const Direction& direction, uint32_t number) {
    return direction.has(Direction::kBase) &&
           direction.DistanceTo(number) <= limits::kMirroredDistanceBytes;
  };
  const bool just_there = now - connection.last_at <= limits::kMirroredLagNs;
  return segment.has(TcpSegment::kAck) && near(flow, segment.sequence) &&
         near(reverse, segment.acknowledgment) && (just_there || acknowledges(reverse.highest));
}

bool StreamTracker::Impl::MayOpen(const TcpSegment& segment) {
  if (segment.has(TcpSegment::kRst)) {
    Reject(segment, Fate::kStrayReset);
    return false;
  }
  return true;
}

void StreamTracker::Impl::IgnoreLate(const Connection& connection, int f,
                                     const TcpSegment& segment) {
  PayloadOf(connection, f).total_bytes += CapturedPayload(segment).size();
  PayloadOf(connection, f).after_close_bytes += CapturedPayload(segment).size();
  counters.Count(Fate::kAfterClose);
}

void StreamTracker::Impl::Reject(const TcpSegment& segment, Fate fate) {
  StreamCounters::Payload& unknown = counters.payload[2];
  unknown.total_bytes += CapturedPayload(segment).size();
  unknown.rejected_bytes += CapturedPayload(segment).size();
  counters.Count(fate);
}

Connection& StreamTracker::Impl::Open(const FlowKey& key, uint32_t hash, const TcpSegment& segment,
                                      bool source_is_low) {
  PhaseList& half_open = ListOf(Phase::kHalfOpen);
  if (half_open.size() >= std::max<size_t>(limits.half_open_max, 1)) {
    Evict(half_open.front());
  }
  if (table.size() >= std::max<size_t>(limits.connections_max, 1)) {
    PhaseList& closed = ListOf(Phase::kClosed);
    if (!closed.empty()) {
      Remove(closed.front());
    } else {
      Evict(half_open.empty() ? ListOf(Phase::kOpen).front() : half_open.front());
    }
  }
  Connection& connection = table.Add(key, hash);
  seconds += (key.overlay & kSecondOfTuple) != 0 ? 1 : 0;
  memory.used_bytes += kConnectionBytes;
  ++counters.connections_seen;
  connection.opened_at = segment.at;
  connection.last_at = now;
  connection.interface = segment.interface;
  if (!segment.encapsulation.empty()) {
    const auto ids = segment.encapsulation.ids();
    connection.encapsulation = encapsulations.Acquire({ids.begin(), ids.end()});
  }
  if (source_is_low) {
    connection.Set(Connection::kFirstIsLow);
  }
  half_open.PushBack(connection);
  wake_at = std::min(wake_at, now + TimeoutOf(Phase::kHalfOpen));
  if (segment.has(TcpSegment::kSyn)) {
    AdoptSyn(connection, 0, segment);
  }
  return connection;
}

void StreamTracker::Impl::Track(Connection& connection, int f, const TcpSegment& segment) {
  connection.last_at = now;
  ListOf(connection.phase).MoveToBack(connection);
  wake_at = std::min(wake_at, now + limits.rest_after_ns);
  Direction& flow = connection.flow[f];
  flow.Set(Direction::kSeen);
  if (segment.has(TcpSegment::kRst)) {
    OnReset(connection, f, segment);
    return;
  }
  flow.window = segment.window;
  Arrival arrival;
  arrival.at = segment.at;
  if (segment.has(TcpSegment::kAck)) {
    OnAck(connection, f, segment, arrival);
  }
  if (connection.detail) {
    CheckEnd(connection, 1 - f, false);  // before the payload: the answer follows the end it saw
    if (connection.detail->flow[f].reset_seen) {
      WithdrawReset(connection, f, segment, arrival);
    }
  }
  if (segment.payload_wire_bytes > 0) {
    OnPayload(connection, f, segment, arrival);
  }
  if (segment.has(TcpSegment::kFin)) {
    OnFin(connection, f, segment);
  }
  if (connection.detail) {
    Settle(connection);
  }
}

void StreamTracker::Impl::MoveTo(Connection& connection, Phase phase) {
  if (connection.phase != phase) {
    ListOf(connection.phase).Remove(connection);
    connection.phase = phase;
    ListOf(phase).PushBack(connection);
    wake_at = std::min(wake_at, now + TimeoutOf(phase));
  }
}

int64_t StreamTracker::Impl::TimeoutOf(Phase phase) const {
  switch (phase) {
    case Phase::kHalfOpen:
      return std::min(limits::kHalfOpenTimeoutNs, limits.idle_timeout_ns);
    case Phase::kOpen:
      return limits.idle_timeout_ns;
    case Phase::kClosed:
      break;
  }
  return limits.closed_linger_ns;
}

Detail& StreamTracker::Impl::DetailOf(Connection& connection) {
  if (!connection.detail) {
    connection.detail = std::make_unique<Detail>();
    memory.used_bytes += sizeof(Detail);
  }
  return *connection.detail;
}

uint64_t StreamTracker::Impl::WindowOf(const Connection& connection, int f,
                                       uint64_t unknown) const {
  const Direction& flow = connection.flow[f];
  const Direction& reverse = connection.flow[1 - f];
  if (!flow.has(Direction::kSyn) || !reverse.has(Direction::kSyn)) {
    return unknown;
  }
  const bool scaled = flow.window_shift != 0xff && reverse.window_shift != 0xff;
  return uint64_t{flow.window} << (scaled ? std::min<int>(flow.window_shift, 14) : 0);
}

void StreamTracker::Impl::Finish() {
  std::vector<Connection*> live;
  for (const Phase phase : {Phase::kHalfOpen, Phase::kOpen}) {
    PhaseList& list = ListOf(phase);
    for (uint32_t index = list.empty() ? kNoIndex : list.front().self; index != kNoIndex;
         index = table[index].newer) {
      live.push_back(&table[index]);
    }
  }
  std::stable_sort(live.begin(), live.end(),
                   [](const Connection* a, const Connection* b) { return a->number < b->number; });
  for (Connection* connection : live) {
    Close(*connection, CauseOf(*connection, store::CloseCause::kEndOfCapture));
  }
  PhaseList& closed = ListOf(Phase::kClosed);
  while (!closed.empty()) {
    Remove(closed.front());
  }
  CHECK(table.size() == 0);
}

}  // namespace trafrec::reassembly
