#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/time.h"
#include "reassembly/stream/memory_account.h"
#include "store/format/records.h"

// The seam between TCP and what runs over it. HTTP implements it; TLS with session keys can
// implement it and feed another StreamConsumer with the clear text.

namespace trafrec::reassembly {

/// The two directions of a connection, named before anyone knows who is the client: 0 is the sender
/// of the first packet seen.
enum class Flow : uint8_t { kFirst = 0, kSecond = 1 };

constexpr Flow Reverse(Flow flow) { return flow == Flow::kFirst ? Flow::kSecond : Flow::kFirst; }

/// In-order bytes of one flow.
struct Chunk {
  Bytes bytes;  ///< borrowed until the call returns; not empty
  uint64_t offset =
      0;  ///< of bytes[0], from the first payload byte of the flow; survives sequence wrap
  uint32_t sequence = 0;  ///< raw sequence number of bytes[0]
  TimeNs at = 0;          ///< packet time of the copy that is delivered (the first)
  std::optional<uint32_t> acknowledgment;  ///< raw ACK number on that packet
  std::optional<uint64_t>
      peer_offset;  ///< the same, unwrapped: how much of the reverse flow the sender had received
  bool packet_start = false;  ///< bytes[0] was the first payload byte of a captured packet
};

/// Bytes that the endpoints exchanged and the capture did not see. Made by StreamTracker when the
/// peer acknowledged past a hole (RFC 9293, section 3.4), when a limit forced the hole open, or at
/// close. Offsets count from the first payload byte of the flow, so a gap's place survives sequence
/// wrap.
struct Gap {
  uint64_t offset = 0;     ///< bytes
  uint64_t length = 0;     ///< bytes, > 0
  TimeNs revealed_at = 0;  ///< packet time at which we learned of it
  store::GapCause cause = store::GapCause::kAcknowledged;
};

/// What StreamTracker knows when a connection begins.
struct ConnectionInfo {
  store::ConnectionNumber number = 0;
  Endpoint first;  ///< sender of Flow::kFirst
  Endpoint second;
  std::optional<Flow>
      client;  ///< by SYN or SYN-ACK; nullopt: began in the middle, the consumer decides
  std::optional<uint32_t> first_isn;
  std::optional<uint32_t> second_isn;
  bool first_from_start = true;  ///< offset 0 is the flow's first byte for sure
  bool second_from_start = true;
  uint16_t interface = 0;
  std::vector<store::EncapsulationId> encapsulation;
  TimeNs opened_at = 0;
};

/// How the connection ended, by flow.
struct ConnectionEnd {
  store::CloseCause cause = store::CloseCause::kOpen;
  TimeNs at = 0;  ///< last packet seen
  store::SideClose first;
  store::SideClose second;
  std::optional<uint32_t> first_isn;  ///< also where it became known only after OnOpen (SYN-ACK)
  std::optional<uint32_t> second_isn;
  std::optional<int64_t> handshake_ns;
  bool overlap_conflict = false;
  bool snaplen_cut = false;
};

class StreamConsumer;

/// What is kept of a consumer whose connection is silent. It charges the MemoryAccount for itself.
class RestingConsumer {
 public:
  virtual ~RestingConsumer() = default;
  /// The consumer, as it was. Called once; then this goes.
  virtual std::unique_ptr<StreamConsumer> Wake() = 0;
};

/// Receives one connection. Calls come in causal order: a chunk whose packet acknowledged N bytes
/// of the reverse flow comes after the chunks and gaps that cover those N bytes. Within a flow,
/// chunks and gaps follow each other without holes or overlaps: each begins where the one before
/// ended.
class StreamConsumer {
 public:
  virtual ~StreamConsumer() = default;

  virtual void OnChunk(Flow flow, const Chunk& chunk) = 0;
  virtual void OnGap(Flow flow, const Gap& gap) = 0;
  /// The peer acknowledged `flow` up to (not including) `offset`, for the first time. Raw number
  /// and time of that packet. Called also for bytes that are still to be delivered.
  virtual void OnAcknowledged(Flow flow, uint64_t offset, uint32_t acknowledgment, TimeNs at) = 0;
  /// A packet carried bytes again that had been seen before; `conflict` if they differed (the first
  /// copy was kept).
  virtual void OnCopy(Flow flow, uint64_t offset, uint64_t length, TimeNs at, bool conflict) = 0;
  /// The flow ends here, in order: all its bytes have been delivered or were gaps. After a FIN.
  virtual void OnEnd(Flow flow, TimeNs at) = 0;
  /// Last call. Bytes still missing at the end were announced by OnGap (kClosed) before.
  virtual void OnClose(const ConnectionEnd& end) = 0;
  /// Called when the consumer must give back memory at once: emit or drop what is buffered, flag it
  /// as evicted. OnClose follows.
  virtual void OnEvict(TimeNs at) = 0;
  /// Nothing came for a while. What to keep in place of this consumer, which goes then, until
  /// there is a call for it again; or nullptr, if it is in the middle of something. Must not change
  /// what comes of the calls.
  virtual std::unique_ptr<RestingConsumer> Rest() { return nullptr; }
};

/// Makes the consumer of each connection.
class StreamConsumerFactory {
 public:
  virtual ~StreamConsumerFactory() = default;
  virtual std::unique_ptr<StreamConsumer> Open(const ConnectionInfo& info) = 0;
};

}  // namespace trafrec::reassembly
