#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "reassembly/stream/connection.h"
#include "reassembly/stream/connection_list.h"
#include "reassembly/stream/connection_table.h"
#include "reassembly/stream/encapsulation_table.h"
#include "reassembly/stream/mirror_table.h"
#include "reassembly/stream/recent_bytes.h"
#include "reassembly/stream/stream_counters.h"
#include "reassembly/stream/stream_tracker.h"

namespace trafrec::reassembly {

/// The tracker's parts, one .cc each: stream_tracker (segments to connections), handshake (SYN),
/// reuse (ports used again without one), acknowledgment (ACK), delivery (payload), ordering (holes,
/// both flows), closing (FIN, RST, ends), resting (silent ones), timers (what is due, and the
/// memory budget).
struct StreamTracker::Impl {
  /// In FlowKey::overlay: the second of two connections that the same addresses have (reuse.cc).
  static constexpr uint32_t kSecondOfTuple = uint32_t{1} << 31;

  Impl(const StreamLimits& limits, MemoryAccount& memory, StreamConsumerFactory& consumers);

  // stream_tracker.cc
  void OnSegment(const TcpSegment& segment);
  Connection& Open(const FlowKey& key, uint32_t hash, const TcpSegment& segment,
                   bool source_is_low);
  bool MayOpen(const TcpSegment& segment);
  Connection* Find(const FlowKey& key, uint32_t hash);
  Connection* FindMirrored(FlowKey key, bool overlay_known, const EncapsulationTable::Ids& overlay,
                           const TcpSegment& segment, bool source_is_low);
  bool IsCopy(const Connection& connection, bool source_is_low, const TcpSegment& segment) const;
  void IgnoreLate(const Connection& connection, int f, const TcpSegment& segment);
  void Reject(const TcpSegment& segment, StreamCounters::SegmentFate fate);
  void Track(Connection& connection, int f, const TcpSegment& segment);
  void MoveTo(Connection& connection, Phase phase);
  int64_t TimeoutOf(Phase phase) const;
  Detail& DetailOf(Connection& connection);
  void Finish();

  // handshake.cc
  /// What a SYN means for the connection that has its addresses.
  enum class SynOutcome : uint8_t { kBelongs, kReplaces, kStray };
  SynOutcome OnSyn(Connection& connection, int f, const TcpSegment& segment);
  SynOutcome OnSynWithOtherNumber(Connection& connection, int f, const TcpSegment& segment);
  static bool IsCopyOfMissedSyn(const Connection& connection, int f, const TcpSegment& segment);
  void AdoptSyn(Connection& connection, int f, const TcpSegment& segment);
  void OnHandshakeAck(Connection& connection, int f, const TcpSegment& segment);

  // reuse.cc
  /// Neither number of the segment is near to where the connection is.
  static bool IsOfAnother(const Connection& connection, bool source_is_low,
                          const TcpSegment& segment);
  Connection* ChooseOfTwo(Connection* first, FlowKey& key, uint32_t& hash, bool source_is_low,
                          const TcpSegment& segment);
  void Forget(Connection& connection);

  // acknowledgment.cc
  void OnAck(Connection& connection, int f, const TcpSegment& segment, Arrival& arrival);
  bool BelieveFarAck(Connection& connection, int f, uint64_t offset);
  void Acknowledge(Connection& connection, int f, uint64_t offset, const TcpSegment& segment);
  void StartGrace(Connection& connection, int f);
  /// Changes what is known of the FIN, whose number is no acknowledged byte.
  template <typename Change>
  void ChangeFin(const Direction& flow, DirectionDetail& detail, Change change) {
    const auto acked = [&] {
      return detail.fin_known() ? std::min(flow.acked, detail.fin_offset) : flow.acked;
    };
    counters.acked_bytes -= acked();
    change();
    counters.acked_bytes += acked();
  }
  void ReleaseAcknowledged(Connection& connection, int f);

  // delivery.cc
  void OnPayload(Connection& connection, int f, const TcpSegment& segment, Arrival& arrival);
  void OnIrregularPayload(Connection& connection, int f, const TcpSegment& segment,
                          const Arrival& arrival);
  bool BelieveFarSegment(Connection& connection, int f, uint64_t offset, uint64_t length);
  void OnDeliveredAgain(Connection& connection, int f, uint64_t offset, Bytes bytes,
                        const Arrival& arrival);
  void TakeRuns(Connection& connection, int f, uint64_t offset, Bytes bytes, uint64_t wire_length,
                const Arrival& arrival);
  void TakeRun(Connection& connection, int f, uint64_t offset, Bytes bytes, uint64_t length,
               const Arrival& arrival);
  void OnCopy(Connection& connection, int f, uint64_t offset, uint64_t length, TimeNs at,
              uint64_t differing);
  bool IsBlocked(const Connection& connection, int f, const Arrival& arrival) const;
  void Deliver(Connection& connection, int f, Bytes bytes, const Arrival& arrival);
  void DeliverFront(Connection& connection, int f, uint64_t length_max = UINT64_MAX);
  void DeliverGap(Connection& connection, int f, uint64_t until, store::GapCause cause);

  // ordering.cc
  void Pump(Connection& connection);
  void ForceFront(Connection& connection, int f, store::GapCause cause);
  void ForceUpTo(Connection& connection, int f, uint64_t offset, store::GapCause cause);
  void ForceAll(Connection& connection, store::GapCause cause);
  void EnsureConsumer(Connection& connection);
  void TellEarlyFacts(Connection& connection);
  /// Keeps what a packet says of bytes that have no consumer yet.
  template <typename Add>
  void KeepEarlyFact(Connection& connection, Add add) {
    EarlyFacts& early = DetailOf(connection).early;
    const size_t before = early.bytes();
    add(early);
    memory.used_bytes += early.bytes() - before;
  }
  template <typename Call>
  void Consume(Connection& connection, Call call);
  void CountHeld(Connection& connection, size_t before);

  // resting.cc
  void RestSilent();
  void Rest(Connection& connection);
  void Wake(Connection& connection);
  /// Awake, or nullptr where there was nothing to consume yet.
  StreamConsumer* ConsumerOf(Connection& connection) {
    if (connection.resting) {
      Wake(connection);
    }
    return connection.consumer.get();
  }

  // closing.cc
  void OnFin(Connection& connection, int f, const TcpSegment& segment);
  void OnReset(Connection& connection, int f, const TcpSegment& segment);
  bool IsResetInWindow(const Connection& connection, int f, const TcpSegment& segment) const;
  void WithdrawReset(Connection& connection, int f, const TcpSegment& segment,
                     const Arrival& arrival);
  void CheckEnd(Connection& connection, int f, bool due);
  void EndFlow(Connection& connection, int f);
  store::CloseCause CauseOf(const Connection& connection, store::CloseCause otherwise) const;
  void Close(Connection& connection, store::CloseCause cause);
  void Evict(Connection& connection);
  void Remove(Connection& connection);
  /// A segment on the addresses of a closed connection. True if it belongs to that one.
  bool IsLate(const Connection& connection, int f, const TcpSegment& segment) const;

  // timers.cc
  /// After anything unusual: delivers what can be, closes, schedules. May remove the connection.
  void Settle(Connection& connection);
  void UpdateCharge(Connection& connection);
  TimeNs HoleDue(const Connection& connection, int f) const;
  TimeNs DueOf(const Connection& connection) const;
  void Schedule(Connection& connection, TimeNs due);
  bool IsIdle(const Detail& detail) const;
  void DropDetail(Connection& connection);
  void RunTimers();
  void OnDue(Connection& connection);
  void ExpireIdle();
  void MakeRoom();

  PhaseList& ListOf(Phase phase) { return lists[static_cast<size_t>(phase)]; }
  StreamCounters::Payload& PayloadOf(const Connection& connection, int f) {
    return counters.payload[static_cast<size_t>(connection.RoleOf(f))];
  }
  uint64_t WindowOf(const Connection& connection, int f, uint64_t unknown) const;

  const StreamLimits limits;
  MemoryAccount& memory;
  StreamConsumerFactory& consumers;
  ConnectionTable table;
  std::array<PhaseList, kPhases> lists;
  HolderList holders;
  BufferingList buffering;
  EncapsulationTable encapsulations;
  MirrorTable mirrors;
  RecentBytes recent;
  StreamCounters counters;
  std::set<std::pair<TimeNs, uint32_t>> timers;
  TimeNs now = 0;
  TimeNs wake_at = kNever;
  store::ConnectionNumber connections_made = 0;
  size_t seconds = 0;  ///< connections with kSecondOfTuple
};

template <typename Call>
void StreamTracker::Impl::Consume(Connection& connection, Call call) {
  const size_t before = memory.used_bytes;
  call(*connection.consumer);
  if (memory.used_bytes != before) {
    CountHeld(connection, before);
  } else if (connection.has(Connection::kHolder)) {
    holders.MoveToBack(connection);
  }
}

/// Payload as it counts: never more than the IP header admits.
inline Bytes CapturedPayload(const TcpSegment& segment) {
  return segment.payload.first(segment.payload.size() < segment.payload_wire_bytes
                                   ? segment.payload.size()
                                   : segment.payload_wire_bytes);
}

inline uint32_t PayloadSequence(const TcpSegment& segment) {
  return segment.sequence + (segment.has(TcpSegment::kSyn) ? 1 : 0);
}

}  // namespace trafrec::reassembly
