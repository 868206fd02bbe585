#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "reassembly/stream/stream_consumer.h"

namespace trafrec::reassembly {

/// ACKs and copies of bytes that wait, on a connection that has no consumer yet: an answer waits
/// for its request, the first bytes behind a hole for it. The consumer is told of them when it is
/// made, for no later packet says again when the peer had the bytes. Holds at most
/// limits::kAheadFacts, the latest ones; its owner charges bytes().
class EarlyFacts {
 public:
  bool empty() const { return facts_.empty(); }
  size_t bytes() const { return facts_.size() * sizeof(Fact); }

  void AddAck(Flow flow, uint64_t offset, uint32_t acknowledgment, TimeNs at);
  void AddCopy(Flow flow, uint64_t offset, uint64_t length, TimeNs at, bool conflict);
  /// In the order in which they were captured; none is left.
  void Tell(StreamConsumer& consumer);

 private:
  struct Fact {
    TimeNs at = 0;
    uint64_t offset = 0;
    uint64_t length = 0;  ///< of a copy; 0: an ACK
    uint32_t acknowledgment = 0;
    Flow flow = Flow::kFirst;
    bool conflict = false;
  };

  std::vector<Fact> facts_;
};

}  // namespace trafrec::reassembly
