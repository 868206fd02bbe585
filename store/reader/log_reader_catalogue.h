#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/error.h"
#include "store/format/records.h"
#include "store/reader/log_reader_files.h"

namespace trafrec::store {

/// What there was of a visible attempt at one moment. Rows of later frames came afterwards.
struct AttemptSnapshot {
  AttemptKey key;
  std::vector<uint32_t> segments;      ///< ascending, never empty
  int64_t frames_through = 0;          ///< last frame of the last segment
  ExchangeNumber exchanges_below = 0;  ///< every exchange with a smaller number has a row
  /// Every request that began before has a row, by the recorder's clock.
  TimeNs requests_through = 0;
  bool settled = false;  ///< it ended, in good order or not, and was sealed: nothing more comes

  /// The last frame that counts in a segment.
  int64_t FramesThrough(uint32_t segment) const {
    return segment == segments.back() ? frames_through : std::numeric_limits<int64_t>::max();
  }
};

/// Knows which attempts a reader may see: live ones always, finite jobs once they have ended in
/// good order and are sealed; none that the log's summary has discarded.
class LogCatalogue {
 public:
  enum class Discarded : uint8_t { kHidden, kShown };

  explicit LogCatalogue(SegmentFiles& files, Discarded discarded = Discarded::kHidden)
      : files_(files) {
    if (discarded == Discarded::kShown) {
      discarded_.emplace();
    }
  }

  /// All visible attempts, in order of recorder and number.
  Result<std::vector<AttemptSnapshot>> TakeSnapshots();

  /// Numbers of an attempt's segments that have content; empty if the attempt is not visible.
  Result<std::vector<uint32_t>> VisibleSegments(const AttemptKey& key);

  /// The log's summary says that it is no part of the log.
  Result<bool> IsDiscarded(const AttemptKey& key);

  /// All attempts there are, visible or not.
  Result<std::vector<AttemptKey>> AllAttempts() const;

 private:
  Result<bool> IsVisible(const AttemptKey& key, const std::vector<SegmentFile>& segments);

  SegmentFiles& files_;
  std::map<AttemptKey, bool> live_;                // never changes
  std::optional<std::set<AttemptKey>> discarded_;  // as the summary was when it was first asked
  std::map<AttemptKey, bool> finished_;            // of finite jobs; only true ones are kept
};

}  // namespace trafrec::store
