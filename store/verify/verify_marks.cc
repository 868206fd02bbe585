// RowChecker's comparison of sentinels and watermarks.

#include <fmt/format.h>

#include <algorithm>

#include "store/format/sentinel_rows.h"
#include "store/verify/verify_rows.h"

namespace trafrec::store {

Status RowChecker::ReadMarks() {
  TRY(ReadSentinelRows(database_, [this](const SentinelRecord& record, const EntryPlace& place) {
    sentinels_[place] = record;
  }));
  TRY_ASSIGN(db::Statement rows,
             database_.Prepare("SELECT at_ns, requests_through, answers_through, hold FROM "
                               "watermark ORDER BY rowid"));
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      return {};
    }
    watermarks_.push_back({rows.Int(0), rows.Int(1), rows.Int(2), std::string(rows.Text(3))});
  }
}

void RowChecker::Sentinel(const EntryPlace& place, const EntryView& view) {
  const Result<SentinelRecord> entry = DecodeSentinel(view);
  const auto row = sentinels_.find(place);
  if (!entry) {
    report_(fmt::format("entry {} of frame {}: {}", place.entry, place.frame, entry.error().what));
  } else if (row == sentinels_.end()) {
    report_(fmt::format("entry {} of frame {} is the sentinel of exchange {}, which has no row",
                        place.entry, place.frame, IdOf(entry->exchange)));
  } else if (row->second != *entry) {
    report_(fmt::format("the row of the sentinel of exchange {} is not what its entry says",
                        IdOf(entry->exchange)));
  }
  if (row != sentinels_.end()) {
    sentinels_.erase(row);
  }
}

/// The rows have no place: they come in the order of their entries, some of which may be in damaged
/// frames.
void RowChecker::Watermark(const EntryPlace& place, const EntryView& view) {
  const Result<WatermarkRecord> entry = DecodeWatermark(view);
  if (!entry) {
    report_(fmt::format("entry {} of frame {}: {}", place.entry, place.frame, entry.error().what));
    return;
  }
  ++watermark_count_;
  const WatermarkRow expected = {entry->at, entry->requests_through, entry->answers_through,
                                 HoldText(entry->answers_hold)};
  const auto next = watermarks_.begin() + static_cast<ptrdiff_t>(watermarks_passed_);
  const auto found = std::find(next, watermarks_.end(), expected);
  if (found == watermarks_.end()) {
    report_(fmt::format("entry {} of frame {} is a watermark, which has no row like it",
                        place.entry, place.frame));
  } else {
    watermarks_passed_ = static_cast<size_t>(found - watermarks_.begin()) + 1;
  }
}

}  // namespace trafrec::store
