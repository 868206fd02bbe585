#include "store/writer/shed_messages.h"

#include <algorithm>

namespace trafrec::store {

void ShedMessages::ShedExtent(MessageId id, uint32_t index, size_t bytes) {
  const auto [shed, first] = messages_.try_emplace(id);
  if (first) {
    shed->second.stored_extents = index;
  }
  shed->second.bytes += bytes;
}

void ShedMessages::ShedMessage(MessageId id) { messages_[id].gone = true; }

bool ShedMessages::IsGone(MessageId id) const {
  const auto found = messages_.find(id);
  return found != messages_.end() && found->second.gone;
}

MessageFacts ShedMessages::Corrected(MessageId id, const MessageFacts& facts,
                                     size_t bytes_shed_now) {
  Shed& shed = messages_.at(id);
  shed.bytes += bytes_shed_now;
  MessageFacts corrected = facts;
  corrected.flags |= FlagBit(Flag::kBodyShed);
  corrected.body_stored_bytes -= std::min(shed.bytes, corrected.body_stored_bytes);
  return corrected;
}

uint32_t ShedMessages::StoredExtents(MessageId id, uint32_t put) const {
  const auto found = messages_.find(id);
  return found == messages_.end() ? put : found->second.stored_extents;
}

ExchangeRecord ShedMessages::Corrected(const ExchangeRecord& exchange) {
  ExchangeRecord corrected = exchange;
  for (const Side side : {Side::kClient, Side::kServer}) {
    const auto found = messages_.find(MessageIdOf(exchange.number, side));
    if (found == messages_.end()) {
      continue;
    }
    corrected.flags |= FlagBit(Flag::kBodyShed);
    if (found->second.gone) {
      (side == Side::kClient ? corrected.has_request : corrected.has_response) = false;
    }
  }
  if (!HasFlag(exchange.flags, Flag::kOpen)) {
    Forget(exchange.number);
  }
  return corrected;
}

void ShedMessages::Forget(ExchangeNumber number) {
  messages_.erase(MessageIdOf(number, Side::kClient));
  messages_.erase(MessageIdOf(number, Side::kServer));
}

}  // namespace trafrec::store
