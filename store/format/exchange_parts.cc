#include "store/format/exchange_parts.h"

#include <ranges>

#include "store/format/entry_format.h"

namespace trafrec::store {

ExchangeParts::Stored& ExchangeParts::Note(ExchangeNumber number, uint32_t segment) {
  const auto [found, added] = unfinished_.try_emplace(number);
  before_.emplace_back(number, added ? std::nullopt : std::optional(found->second));
  if (added) {
    found->second.first_segment = segment;
  }
  return found->second;
}

void ExchangeParts::NoteExtent(MessageId id, uint32_t segment) {
  ++Note(ExchangeOf(id), segment).Of(id).extents;
}

void ExchangeParts::NoteMessage(MessageId id, uint32_t extents, uint32_t segment) {
  Part& part = Note(ExchangeOf(id), segment).Of(id);
  part.message = true;
  part.extents_put = extents;
}

void ExchangeParts::NoteFacts(MessageId id, uint32_t extents) {
  const auto found = unfinished_.find(ExchangeOf(id));
  if (found != unfinished_.end()) {
    before_.emplace_back(found->first, found->second);
    found->second.Of(id).extents_put = extents;
  }
}

ExchangeParts::Finding ExchangeParts::NoteExchange(const FrameRows::Exchange& row,
                                                   uint32_t segment) {
  Stored& stored = Note(row.number, segment);
  Finding finding{row.parts, row.flags, stored.row_segment == 0};
  if (lossy_) {
    const unsigned there =
        (stored.request.whole() ? kPartRequest : 0) | (stored.response.whole() ? kPartResponse : 0);
    if ((finding.parts & there) != finding.parts) {
      finding.parts &= there;
      finding.flags |= FlagBit(Flag::kBodyShed);
    }
  }
  if (stored.first_segment < segment) {
    finding.parts |= kPartContinues;
  }
  if (stored.row_segment != 0 && stored.row_segment < segment) {
    finding.parts |= kPartReplaces;
  }
  if (HasFlag(row.flags, Flag::kOpen)) {
    stored.row_segment = segment;
  } else {
    unfinished_.erase(row.number);
  }
  return finding;
}

void ExchangeParts::Rollback() {
  lossy_ = true;
  for (const auto& [number, stored] : std::views::reverse(before_)) {
    if (stored) {
      unfinished_[number] = *stored;
    } else {
      unfinished_.erase(number);
    }
  }
  before_.clear();
}

}  // namespace trafrec::store
