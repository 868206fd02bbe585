#pragma once

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>

#include "base/time.h"
#include "reassembly/limits.h"
#include "reassembly/stream/early_facts.h"
#include "reassembly/stream/flow_key.h"
#include "reassembly/stream/out_of_order.h"
#include "reassembly/stream/stream_consumer.h"

namespace trafrec::reassembly {

inline constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();
/// End of an index list, and "no connection".
inline constexpr uint32_t kNoIndex = std::numeric_limits<uint32_t>::max();

/// What is always kept of one direction. All offsets count from the first payload byte.
struct Direction {
  enum Mark : uint8_t {
    kBase = 1,       ///< `base` is known
    kSyn = 2,        ///< from its SYN: the initial sequence number is base - 1
    kSeen = 4,       ///< at least one packet of this direction was captured
    kBaseAcked = 8,  ///< the peer acknowledged something at or after `base`
    kEnded = 16,     ///< its FIN has been delivered, in order
    kMidway = 32,    ///< bytes may have gone by before `base`, for it was not told by a handshake
  };

  uint64_t next = 0;     ///< delivered up to here, as chunks and gaps
  uint64_t highest = 0;  ///< end of the last byte seen
  uint64_t acked = 0;    ///< peer's cumulative ACK; one more than the flow's bytes after a FIN
  uint64_t gap_bytes = 0;
  uint64_t recent = 0;  ///< place in RecentBytes
  uint32_t base = 0;    ///< raw sequence number of offset 0
  uint16_t window = 0;  ///< last receive window that this side advertised, unscaled
  uint8_t window_shift = 0xff;
  uint8_t marks = 0;

  bool has(Mark mark) const { return (marks & mark) != 0; }
  void Set(Mark mark) { marks = static_cast<uint8_t>(marks | mark); }
  /// Unwrapped against `next`: right within 2 GiB of it. Negative: before the flow's start.
  int64_t OffsetOf(uint32_t sequence) const {
    return static_cast<int64_t>(next) +
           static_cast<int32_t>(sequence - (base + static_cast<uint32_t>(next)));
  }
  uint32_t SequenceOf(uint64_t offset) const { return base + static_cast<uint32_t>(offset); }
  /// How far from `next` it is, before or behind.
  uint64_t DistanceTo(uint32_t sequence) const {
    return static_cast<uint64_t>(std::abs(OffsetOf(sequence) - static_cast<int64_t>(next)));
  }
};

/// What is kept of one direction only while something is unusual.
struct DirectionDetail {
  OutOfOrderBuffer buffer;
  TimeNs progress_at = 0;  ///< last bytes delivered in order straight from a packet

  uint64_t grace_offset = 0;  ///< bytes below were acknowledged by grace_since; 0: no grace runs
  TimeNs grace_since = 0;

  bool fin_seen = false;
  bool fin_presumed = false;  ///< the peer acknowledged one number more than the bytes there are
  uint64_t fin_offset = 0;
  uint32_t fin_sequence = 0;
  TimeNs fin_at = 0;
  TimeNs end_due = kNever;  ///< the FIN is in order and waits for its ACK

  bool reset_seen = false;
  uint64_t reset_above = 0;       ///< the sender goes on if it sends bytes beyond this
  uint64_t reset_peer_above = 0;  ///< or acknowledges bytes beyond this
  uint32_t reset_sequence = 0;
  TimeNs reset_at = 0;  ///< of the packet
  TimeNs reset_due = kNever;

  std::optional<uint32_t> other_base;  ///< of an earlier SYN-ACK with another sequence number
  uint64_t far_next = 0;               ///< where a run beyond kWindowBytes would go on
  uint64_t far_ack = 0;
  uint8_t far_segments = 0;
  uint8_t far_acks = 0;

  bool fin_known() const { return fin_seen || fin_presumed; }
};

struct Detail {
  DirectionDetail flow[2];
  EarlyFacts early;            ///< for the consumer that is still to be made
  TimeNs closes_at = kNever;   ///< both FINs are delivered and an ACK is missing
  TimeNs scheduled = kNever;   ///< key of its entry among the timers
  size_t charged_bytes = 0;    ///< of both buffers, as told to the MemoryAccount
  TimeNs buffering_since = 0;  ///< while in the list of connections with buffered bytes
  uint32_t older_buffering = kNoIndex;
  uint32_t newer_buffering = kNoIndex;
};

/// Which list a connection is in; each is ordered by last activity.
enum class Phase : uint8_t {
  kHalfOpen,  ///< neither a completed handshake nor data
  kOpen,
  kClosed,  ///< remembered, so that late retransmissions are recognised
};
inline constexpr int kPhases = 3;

/// One connection, idle: this and a slot of the table is all it costs, and what its consumer
/// keeps if it carried data.
struct Connection {
  enum Mark : uint16_t {
    kFirstIsLow = 1,     ///< Flow::kFirst's sender is the key's low endpoint
    kClientFirst = 2,    ///< Flow::kFirst is the client's, by SYN
    kClientSecond = 4,   ///< Flow::kSecond is the client's
    kHandshaking = 8,    ///< handshake_ns holds the time of the SYN
    kHandshake = 16,     ///< handshake_ns is the round trip
    kRefused = 32,       ///< a half-open connection got an RST
    kConflict = 64,      ///< a copy differed from the first
    kSnaplen = 128,      ///< a packet was cut
    kHolder = 256,       ///< in the list of connections whose consumer holds memory
    kHadConsumer = 512,  ///< carried data
    kBuffering = 1024,   ///< in the list of connections with buffered bytes
    kRoleFixed = 2048,   ///< bytes are counted by role: it must not change any more
  };

  FlowKey key{};
  Direction flow[2];
  std::unique_ptr<StreamConsumer> consumer;  ///< made when there is something to consume
  std::unique_ptr<RestingConsumer> resting;  ///< in its place, while nothing is
  std::unique_ptr<Detail> detail;
  store::ConnectionNumber number = 0;
  TimeNs opened_at = 0;
  TimeNs last_at = 0;  ///< of its last packet, in tracker's time, which never goes back
  int64_t handshake_ns = 0;
  int64_t held_bytes = 0;     ///< by the consumer, as far as it charged them when called
  uint32_t self = kNoIndex;   ///< its number in the table
  uint32_t older = kNoIndex;  ///< list of its phase
  uint32_t newer = kNoIndex;
  uint32_t older_holder = kNoIndex;
  uint32_t newer_holder = kNoIndex;
  uint32_t encapsulation = 0;  ///< of EncapsulationTable
  uint16_t interface = 0;
  uint16_t marks = 0;
  Phase phase = Phase::kHalfOpen;
  store::CloseCause closed_by = store::CloseCause::kOpen;

  bool has(Mark mark) const { return (marks & mark) != 0; }
  void Set(Mark mark) { marks = static_cast<uint16_t>(marks | mark); }
  void Clear(Mark mark) { marks = static_cast<uint16_t>(marks & ~mark); }
  /// 0 client, 1 server, 2 unknown: the role of flow `f`'s sender.
  int RoleOf(int f) const {
    if (has(kClientFirst)) {
      return f;
    }
    return has(kClientSecond) ? 1 - f : 2;
  }
};

/// With its share of the table's slots.
inline constexpr size_t kConnectionBytes = sizeof(Connection) + 24;
static_assert(kConnectionBytes <= 256, "an idle connection must stay small");

}  // namespace trafrec::reassembly
