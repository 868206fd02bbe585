#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "store/reader/log_reader_streams.h"

namespace trafrec::store {

/// The exchanges of several recorders, each once, in the order of (corrected time, id). Holds the
/// rows of the time in which sightings may still come (reader_limits.h).
class MergedCursor {
 public:
  /// By the reference clock. From `hold` on something may be missing: what could be affected stays
  /// out.
  struct Bounds {
    TimeNs since = kTimeAlways;
    TimeNs until = kTimeNever;
    TimeNs hold = kTimeNever;
  };
  /// Merges sightings for which the rows do not suffice.
  using Settle = std::function<Result<ExchangeRow>(std::vector<ExchangeRow>)>;

  static Result<MergedCursor> Open(const MergeSource& source, const Bounds& bounds, Settle settle);

  /// The next exchange, or nothing at the end or at the hold.
  Result<std::optional<TimedRow>> Next();

  /// At the end: there is more, beyond the hold.
  bool held() const { return held_; }
  /// At the end: all that comes before was given.
  TimeNs floor() const { return floor_; }

 private:
  /// Sightings of one exchange, as they come.
  struct Group {
    TimeNs first = 0;
    std::vector<TimedRow> rows;
  };
  using Groups = std::list<Group>;  // in order of `first`
  using Index = std::unordered_multimap<uint64_t, Groups::iterator>;
  using Key = std::pair<TimeNs, ExchangeId>;

  MergedCursor(RecorderStreams requests, RecorderStreams answers, const Bounds& bounds,
               Settle settle)
      : requests_(std::move(requests)),
        answers_(std::move(answers)),
        bounds_(bounds),
        settle_(std::move(settle)) {}

  /// The group to which a row belongs.
  static std::optional<Groups::iterator> Find(const Index& index, const TimedRow& row);
  static void Add(Groups& groups, Index& index, TimedRow row);
  static Group Remove(Groups& groups, Index& index, Groups::iterator group);
  Status CloseOld(TimeNs frontier);
  Status Close(Groups::iterator group, TimeNs frontier);
  void AddAnswersTo(Group& group);
  Status ReadAnswers(TimeNs until);
  Status RetireAnswers(TimeNs frontier);
  Status MakeReady(Group group);
  Result<TimeNs> FloorAt(TimeNs frontier);

  RecorderStreams requests_;
  RecorderStreams answers_;
  Bounds bounds_;
  Settle settle_;
  Groups open_;
  Index open_index_;
  size_t open_rows_ = 0;
  Groups waiting_answers_;
  Index answer_index_;
  std::unordered_set<uint64_t> slow_answers_;  // of exchanges that were given long before
  std::map<Key, TimedRow> ready_;
  bool held_ = false;
  TimeNs floor_ = kTimeAlways;
};

}  // namespace trafrec::store
