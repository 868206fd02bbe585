#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "base/error.h"
#include "store/reader/log_reader_catalogue.h"
#include "store/reader/log_reader_rows.h"

namespace trafrec::store {

/// Remembers how much of each attempt was shown, and shows what came since. Between two calls it
/// looks at new frames only: at numbers from the mark exchanges_below on, and at those before that
/// may have a newer row.
class LogFollower {
 public:
  using Visit = std::function<bool(const ExchangeRow&)>;
  using Numbers = std::map<AttemptKey, std::set<ExchangeNumber>>;

  /// What the snapshots hold counts as shown, and so does what was deleted of all `attempts`.
  void Start(const SegmentFiles& files, const std::vector<AttemptKey>& attempts,
             const std::vector<AttemptSnapshot>& shown);
  bool started() const { return started_; }
  /// These were shown open: RowReader::open().
  void NoteOpen(const Numbers& open);
  /// These were shown with rows that came after the snapshots: RowReader::ahead().
  void NoteAhead(const Numbers& ahead);

  /// Shows what the snapshots, which are of `attempts`, hold beyond that. False: `visit` wants no
  /// more, and what was not shown is for the next call.
  Result<bool> Show(RowReader& rows, const std::vector<AttemptKey>& attempts,
                    const std::vector<AttemptSnapshot>& now, const Visit& visit);

  /// Exchanges that were deleted before Show came to them.
  uint64_t missed() const { return missed_; }

 private:
  /// How far an attempt was shown.
  struct Shown {
    uint32_t segment = 0;
    int64_t frames = 0;        ///< of that segment
    ExchangeNumber below = 1;  ///< no smaller number is missing up to here
    bool looked = false;       ///< all numbers of that segment were looked at, up to `frames`
    /// Smaller ones whose newest row is open, or came while it was looked for.
    std::set<ExchangeNumber> pending{};
    std::set<ExchangeNumber> beyond{};  ///< larger ones that were looked at
    std::set<ExchangeNumber> ahead{};   ///< shown before the frame of their row was come to
    bool gone = false;                  ///< all that there was is deleted, and nothing comes
  };
  /// One call's work on one attempt.
  struct Pass {
    RowReader& rows;
    const AttemptSnapshot& attempt;
    const Visit& visit;
    std::set<ExchangeNumber> completed;  ///< shown with a row of a segment, or frame, to come
    bool wanted = true;
  };

  static Status ShowAttempt(Pass& pass, Shown& shown);
  static Status ShowNewNumbers(Pass& pass, uint32_t segment, ExchangeNumber from, int64_t after,
                               std::set<ExchangeNumber>& pending);
  static Status ShowCompleted(Pass& pass, uint32_t segment, const Shown& shown);
  static Status ShowKeys(Pass& pass, uint32_t segment, std::vector<RowKey> keys);
  static Status ForgetClosed(Pass& pass, uint32_t segment, std::set<ExchangeNumber>& pending);
  static Status NoteBeyond(Pass& pass, Shown& shown);
  Status CountMissed(SegmentFiles& files, const AttemptKey& key, const AttemptSnapshot* there,
                     Shown& shown);

  bool started_ = false;
  std::map<AttemptKey, Shown> shown_;
  uint64_t missed_ = 0;
};

}  // namespace trafrec::store
