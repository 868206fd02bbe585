#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "store/format/records.h"

namespace trafrec::store {

/// Remembers which messages lost bytes because the queue to the disk was full, so that what is
/// stored of them later does not claim to be whole. What is stored of a body is always its front:
/// after the first shed extent the rest goes too.
class ShedMessages {
 public:
  bool empty() const { return messages_.empty(); }

  void ShedExtent(MessageId id, uint32_t index, size_t bytes);
  void ShedMessage(MessageId id);

  /// True if an earlier extent of it was shed.
  bool Contains(MessageId id) const { return messages_.contains(id); }
  /// True if the whole message was shed, so that facts have nothing to belong to.
  bool IsGone(MessageId id) const;
  /// Facts, as they are of what was stored.
  MessageFacts Corrected(MessageId id, const MessageFacts& facts, size_t bytes_shed_now);
  /// How many of its extents were stored.
  uint32_t StoredExtents(MessageId id, uint32_t put) const;

  /// The exchange without the messages that are gone, flagged; then forgets them if it is settled.
  ExchangeRecord Corrected(const ExchangeRecord& exchange);
  void Forget(ExchangeNumber number);

 private:
  struct Shed {
    uint32_t stored_extents = 0;
    uint64_t bytes = 0;
    bool gone = false;
  };

  std::unordered_map<MessageId, Shed> messages_;
};

}  // namespace trafrec::store
