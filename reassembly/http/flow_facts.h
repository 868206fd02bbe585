#pragma once

#include <cstdint>
#include <vector>

#include "reassembly/http/exchange.h"

namespace trafrec::reassembly {

/// What the packets of one flow prove about its messages beside their bytes: which of them the peer
/// acknowledged and when, and which were sent again. Knows the flow's messages that are not
/// settled, in their order; an ACK costs O(1) a message that it covers, a copy O(log n).
class FlowFacts {
 public:
  /// Adds each message, ACK and copy that it looks at to `steps`.
  explicit FlowFacts(uint64_t& steps) : steps_(steps) {}

  /// `message` begins where its facts say. It must be forgotten before it goes away.
  void Add(Message& message, Exchange& exchange);
  void Forget(const Message& message);
  /// What was known of `message` is of `now` from here on.
  void Replace(const Message& message, Message& now, Exchange& exchange);

  void OnAcknowledged(uint64_t offset, uint32_t number, TimeNs at);
  void OnCopy(uint64_t offset, uint64_t length, TimeNs at, bool conflict);
  /// The flow was handed over up to `offset`, and it is known which message each byte before it
  /// belongs to. Takes into account the ACKs and copies that were captured before.
  void OnDelivered(uint64_t offset) {
    delivered_ = offset;
    const bool acknowledged =
        !acks_.empty() && !entries_.empty() && acks_.back().offset > entries_.back().start;
    if (acknowledged || !copies_ahead_.empty()) {
      CatchUp();
    }
  }

  /// Up to where OnDelivered was told of.
  uint64_t delivered() const { return delivered_; }

  /// No message is known that is not forgotten, nor a fact of one that is to come.
  bool at_rest() const;
  /// Names what it knows then (resting.cc). `flow_end`: of what was handed over.
  template <typename Numbers>
  void EachNumber(uint64_t flow_end, Numbers& numbers);

  /// The next message that has ended and is fully acknowledged, once each, in order; or nullptr.
  Exchange* NextCovered();

 private:
  struct Entry {
    uint64_t start = 0;
    Message* message = nullptr;  ///< nullptr: forgotten
    Exchange* exchange = nullptr;
  };
  struct Ack {
    uint64_t offset = 0;
    uint32_t number = 0;
    TimeNs at = 0;
  };
  struct Copy {
    uint64_t offset = 0;
    uint64_t length = 0;
    TimeNs at = 0;
    bool conflict = false;
  };

  void CatchUp();
  void ApplyAck(Message& message) const;
  void ApplyCopy(const Copy& copy);
  size_t FirstEndingAfter(uint64_t offset) const;
  std::vector<Entry>::iterator FirstFrom(uint64_t start);

  uint64_t& steps_;
  std::vector<Entry> entries_;  ///< those before first_ are gone
  size_t first_ = 0;
  size_t covered_ = 0;     ///< entries before it were given out by NextCovered
  std::vector<Ack> acks_;  ///< not older than the oldest one that may still be a message's last
  std::vector<Copy> copies_ahead_;
  uint64_t delivered_ = 0;
};

}  // namespace trafrec::reassembly
