#pragma once

#include <memory>

#include "base/counters.h"
#include "base/time.h"
#include "reassembly/dissection/segment.h"
#include "reassembly/stream/stream_consumer.h"

namespace trafrec::reassembly {

/// Limits that a user may change; the defaults and their reasons are in reassembly/limits.h.
struct StreamLimits {
  size_t flow_buffered_bytes_max;
  size_t connections_max;
  size_t half_open_max;
  int64_t idle_timeout_ns;
  int64_t
      closed_linger_ns;   ///< how long a closed connection is remembered, for late retransmissions
  int64_t gap_grace_ns;   ///< how long after the peer's ACK passed a hole late data may still fill
                          ///< it (capture reordering)
  int64_t rest_after_ns;  ///< silence after which a consumer rests; changes nothing but memory

  static StreamLimits Default();
};

/// Payload bytes so far, both directions of all connections.
struct PayloadLoss {
  uint64_t gap_bytes = 0;    ///< announced by OnGap
  uint64_t acked_bytes = 0;  ///< acknowledged by their receivers
};

/// Puts TCP connections together from segments: who they are, which bytes in which order, what is
/// missing. Owns all streams and their consumers. One thread. Time is packet time: OnTick may be
/// called with a later time when the capture is silent.
class StreamTracker {
 public:
  StreamTracker(const StreamLimits& limits, MemoryAccount& memory,
                StreamConsumerFactory& consumers);
  ~StreamTracker();

  void OnSegment(const TcpSegment& segment);
  /// Runs what is due by `now`: gap grace, idle timeouts. Never goes back in time.
  void OnTick(TimeNs now);
  /// End of capture: every hole becomes a gap, every connection is closed (kEndOfCapture). Call
  /// once.
  void Finish();

  /// No byte that arrived before this time is still held back behind a hole; the end of time if
  /// none is held at all. A lower bound: of the connection that has been holding bytes the longest,
  /// it is the time when that began.
  TimeNs undelivered_since() const;

  PayloadLoss loss() const;

  /// Adds payload bytes by fate and connections by fate (docs/accounting.md).
  void AddCounters(Counters& counters) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trafrec::reassembly
