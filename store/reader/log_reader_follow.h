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
/// looks at new frames only: at numbers from the mark exchanges_below on, and at the open rows that
/// it knows.
class LogFollower {
 public:
  using Visit = std::function<bool(const ExchangeRow&)>;

  /// What the snapshots hold counts as shown.
  void Start(const std::vector<AttemptSnapshot>& shown);
  bool started() const { return started_; }

  /// Shows what the snapshots hold beyond that. False: `visit` wants no more, and what was not
  /// shown is for the next call.
  Result<bool> Show(RowReader& rows, const std::vector<AttemptSnapshot>& now, const Visit& visit);

 private:
  /// How far an attempt was shown.
  struct Shown {
    uint32_t segment = 0;
    int64_t frames = 0;             ///< of that segment
    ExchangeNumber below = 0;       ///< no smaller number is missing up to here
    bool open_known = false;        ///< `open` was filled
    std::set<ExchangeNumber> open;  ///< numbers whose row in that segment is open
  };
  /// One call's work on one attempt.
  struct Pass {
    RowReader& rows;
    const AttemptSnapshot& attempt;
    const Visit& visit;
    std::set<ExchangeNumber> completed;  ///< shown with a row of a segment that comes later
    bool wanted = true;
  };

  static Status ShowAttempt(Pass& pass, Shown& shown);
  static Status ShowNewNumbers(Pass& pass, uint32_t segment, ExchangeNumber from, int64_t after,
                               std::set<ExchangeNumber>& open);
  static Status ShowCompleted(Pass& pass, uint32_t segment, Shown& shown);
  static Status ShowKeys(Pass& pass, uint32_t segment, std::vector<RowKey> keys);
  static Status FindOpen(Pass& pass, uint32_t segment, int64_t through,
                         std::set<ExchangeNumber>& open);

  bool started_ = false;
  std::map<AttemptKey, Shown> shown_;
};

}  // namespace trafrec::store
