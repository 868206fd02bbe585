#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/histogram.h"

namespace trafrec::replay {

/// Why something was sent later than it was due, summed over all exchanges.
struct LateBy {
  int64_t order_ns = 0;        ///< it waited for others to be answered
  int64_t concurrency_ns = 0;  ///< as many as allowed were under way: the target is slow
  int64_t connections_ns = 0;  ///< all connections were in use
  int64_t ledger_ns = 0;       ///< its intent had to be on the disk first
  int64_t away_ns = 0;         ///< in all of these times: the target could not be reached
  int64_t own_ns = 0;          ///< the rest: this process had no time

  void Add(const LateBy& other) {
    order_ns += other.order_ns;
    concurrency_ns += other.concurrency_ns;
    connections_ns += other.connections_ns;
    ledger_ns += other.ledger_ns;
    away_ns += other.away_ns;
    own_ns += other.own_ns;
  }
};

/// What took longest, as a word: "order", "concurrency", "connections", "ledger", "away", "own"; ""
/// for nothing.
std::pair<std::string, int64_t> LongestOf(const LateBy& late);

/// What a run has done so far, in this life of it.
struct RunCounts {
  /// The ledger's counter of reads that are over, in all lives of the run.
  static constexpr const char* kReads = "reads";
  /// And of operations that were selected, and of those of them that are left out, up to its
  /// position.
  static constexpr const char* kSelected = "selected";
  static constexpr const char* kDropped = "dropped";
  /// And of mutations that the source carried out, and the target refused.
  static constexpr const char* kRefused = "refused";

  uint64_t exchanges = 0;       ///< over
  uint64_t requests = 0;        ///< sent: parts of bulks and tries too, not what was read for them
  uint64_t sent_bytes = 0;      ///< of these requests: heads and bodies, without framing and TLS
  uint64_t received_bytes = 0;  ///< of their answers, likewise; content-encoded where it came so
  uint64_t readings = 0;        ///< requests that looked at documents
  uint64_t refreshes = 0;
  uint64_t answered = 0;    ///< operations that have their outcome
  uint64_t mutations = 0;   ///< of them
  uint64_t as_source = 0;   ///< of the answered: the class of outcome is the source's
  uint64_t otherwise = 0;   ///< it is another one
  uint64_t unlike = 0;      ///< the source's is not known
  uint64_t by_reading = 0;  ///< of the answered: settled by looking at the document
  uint64_t dead = 0;
  uint64_t blocked = 0;
  uint64_t unanswered_reads = 0;  ///< operations that read, given up
  /// Operations that an earlier life of the run had settled, as far as this one came by them again.
  uint64_t earlier = 0;
  uint64_t retries = 0;         ///< requests that went again
  uint64_t throttled = 0;       ///< answers of 429 and 503
  uint64_t split = 0;           ///< exchanges that went in several parts
  uint64_t without_result = 0;  ///< exchanges of which the run's log has no row
  LateBy late{};
};

/// Distributions; nanoseconds.
struct RunTimes {
  Histogram lag;      ///< due to first byte sent
  Histogram latency;  ///< last byte sent to first byte of the answer
};

}  // namespace trafrec::replay
