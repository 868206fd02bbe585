// ACKs may be captured before the bytes that they cover (two queues, two directions, a hole that
// was filled late), and a message's end is known only when its last byte is handed over. So the
// last few ACKs are kept, and a message takes its facts from them whenever it or they grow: its
// last ACK is the first one at or behind its end, or else the newest one behind its start.

#include "reassembly/http/flow_facts.h"

#include <algorithm>

#include "reassembly/limits.h"
#include "reassembly/stream/ahead_facts.h"

namespace trafrec::reassembly {

void FlowFacts::Add(Message& message, Exchange& exchange) {
  if (first_ == entries_.size()) {
    entries_.clear();
    first_ = covered_ = 0;
  } else if (first_ > 0 && first_ * 2 >= entries_.size()) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
    covered_ -= std::min(covered_, first_);
    first_ = 0;
  }
  entries_.emplace_back(message.facts.flow_offset, &message, &exchange);
  ApplyAck(message);
}

void FlowFacts::Forget(const Message& message) {
  auto entry = entries_.begin() + static_cast<std::ptrdiff_t>(first_);
  if (entry != entries_.end() && entry->message != &message) {  // usually it is the first
    entry = FirstFrom(message.facts.flow_offset);
  }
  for (; entry != entries_.end() && entry->start == message.facts.flow_offset; ++entry) {
    if (entry->message == &message) {
      entry->message = nullptr;
    }
  }
  while (first_ < entries_.size() && entries_[first_].message == nullptr) {
    ++steps_;
    ++first_;
  }
  covered_ = std::max(covered_, first_);
}

std::vector<FlowFacts::Entry>::iterator FlowFacts::FirstFrom(uint64_t start) {
  return std::lower_bound(entries_.begin() + static_cast<std::ptrdiff_t>(first_), entries_.end(),
                          start, [](const Entry& e, uint64_t place) { return e.start < place; });
}

void FlowFacts::Replace(const Message& message, Message& now, Exchange& exchange) {
  const uint64_t start = now.facts.flow_offset;
  for (auto entry = FirstFrom(start); entry != entries_.end() && entry->start == start; ++entry) {
    if (entry->message == &message) {
      entry->message = &now;
      entry->exchange = &exchange;
    }
  }
}

void FlowFacts::ApplyAck(Message& message) const {
  // Where nothing of it is open, a later ACK says nothing about it.
  if (message.covered() || acks_.empty() || acks_.back().offset <= message.facts.flow_offset) {
    return;
  }
  const uint64_t end = message.end();
  const Ack* last = &acks_.back();
  if (last->offset > end) {
    last = &*std::lower_bound(acks_.begin(), acks_.end(), end,
                              [](const Ack& ack, uint64_t offset) { return ack.offset < offset; });
  }
  message.facts.acked_bytes = std::min(last->offset, end) - message.facts.flow_offset;
  message.facts.last_ack = last->number;
  message.facts.last_ack_at = last->at;
}

void FlowFacts::OnAcknowledged(uint64_t offset, uint32_t number, TimeNs at) {
  if (!acks_.empty() && offset <= acks_.back().offset) {
    return;
  }
  // Older ACKs matter only to messages that are not handed over yet.
  if (!acks_.empty() && acks_.back().offset <= delivered_) {
    acks_.clear();
  } else if (acks_.size() == limits::kAheadFacts) {
    acks_.erase(acks_.begin());
  }
  acks_.emplace_back(offset, number, at);
  for (size_t i = std::max(covered_, first_); i < entries_.size(); ++i) {
    ++steps_;
    if (entries_[i].start >= offset) {
      break;
    }
    if (Message* const message = entries_[i].message) {
      ApplyAck(*message);
    }
  }
}

void FlowFacts::CatchUp() {
  if (!entries_.empty() && entries_.back().message != nullptr) {
    ApplyAck(*entries_.back().message);
  }
  if (!copies_ahead_.empty()) {
    steps_ += copies_ahead_.size();
    auto ready = std::partition(copies_ahead_.begin(), copies_ahead_.end(), [&](const Copy& copy) {
      return copy.offset + copy.length > delivered_;
    });
    for (auto copy = ready; copy != copies_ahead_.end(); ++copy) {
      ApplyCopy(*copy);
    }
    copies_ahead_.erase(ready, copies_ahead_.end());
  }
}

Exchange* FlowFacts::NextCovered() {
  while (covered_ < entries_.size()) {
    ++steps_;
    const Entry& entry = entries_[covered_];
    if (entry.message == nullptr) {
      ++covered_;
      continue;
    }
    if (!entry.message->ended || !entry.message->covered()) {
      return nullptr;
    }
    ++covered_;
    return entry.exchange;
  }
  return nullptr;
}

void FlowFacts::OnCopy(uint64_t offset, uint64_t length, TimeNs at, bool conflict) {
  Copy copy{offset, length, at, conflict};
  if (offset + length <= delivered_) {
    return ApplyCopy(copy);
  }
  if (offset < delivered_) {  // the end of one message, and the begin of a head
    ApplyCopy({offset, delivered_ - offset, at, conflict});
    copy.length -= delivered_ - offset;
    copy.offset = delivered_;
  }
  AddAhead(copies_ahead_, copy);
}

void FlowFacts::ApplyCopy(const Copy& copy) {
  for (size_t i = FirstEndingAfter(copy.offset); i < entries_.size(); ++i) {
    ++steps_;
    Message* message = entries_[i].message;
    if (entries_[i].start >= copy.offset + copy.length) {
      break;
    }
    if (message == nullptr || message->end() <= copy.offset) {
      continue;
    }
    ++message->facts.copies;
    message->facts.last_copy_at = std::max(message->facts.last_copy_at, copy.at);
    if (copy.conflict) {
      message->facts.flags |= FlagBit(store::Flag::kOverlapConflict);
    }
  }
}

size_t FlowFacts::FirstEndingAfter(uint64_t offset) const {
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first_);
  auto found =
      std::upper_bound(begin, entries_.end(), offset,
                       [](uint64_t place, const Entry& entry) { return place < entry.start; });
  if (found != begin) {
    --found;  // it begins at or before `offset`, and may reach over it
  }
  return static_cast<size_t>(found - entries_.begin());
}

}  // namespace trafrec::reassembly
