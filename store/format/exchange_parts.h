#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/format/frame.h"

namespace trafrec::store {

/// Knows of each unfinished exchange which of its messages are stored and in which segment, and
/// from that completes the exchange's row: `parts`, and the flag of what got lost on the way.
class ExchangeParts {
 public:
  void NoteExtent(MessageId id, uint32_t segment);
  /// `extents`: how many there should be so far.
  void NoteMessage(MessageId id, uint32_t extents, uint32_t segment);
  void NoteFacts(MessageId id, uint32_t extents);

  struct Finding {
    unsigned parts = 0;
    Flags flags = 0;
    bool first_row = false;  ///< no row of this exchange was stored before
  };
  /// Called once a row, just before it is stored.
  Finding NoteExchange(const FrameRows::Exchange& row, uint32_t segment);

  /// The transaction is stored: what was noted stays.
  void Commit() { before_.clear(); }
  /// It is not: all is as it was at the last one.
  void Rollback();
  /// Frames were lost, so a message that was not noted is missing, not late.
  void NoteLoss() { lossy_ = true; }

 private:
  struct Part {
    bool message = false;
    uint32_t extents = 0;
    uint32_t extents_put = 0;

    bool whole() const { return message && extents >= extents_put; }
  };
  struct Stored {
    uint32_t first_segment = 0;  // of any of its messages and extents
    uint32_t row_segment = 0;
    Part request;
    Part response;

    Part& Of(MessageId id) { return SideOf(id) == Side::kClient ? request : response; }
  };

  Stored& Note(ExchangeNumber number, uint32_t segment);

  std::unordered_map<ExchangeNumber, Stored> unfinished_;
  std::vector<std::pair<ExchangeNumber, std::optional<Stored>>>
      before_;  // what was changed since the last commit, in order
  bool lossy_ = false;
};

}  // namespace trafrec::store
