#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"

namespace trafrec::store {

/// How far a recorder's clock was ahead of another's at one moment: a row of
/// LOG/clock_offsets.sqlite.
struct ClockOffset {
  std::string recorder;
  TimeNs at = 0;  ///< by the recorder's clock
  std::string reference;
  int64_t offset_ns = 0;       ///< negative: it was behind
  int64_t uncertainty_ns = 0;  ///< the true offset lies within so much of it
  uint64_t packets = 0;        ///< that both saw, from which it was estimated

  friend bool operator==(const ClockOffset&, const ClockOffset&) = default;
};

/// The clock of one recorder against the reference: offsets with straight lines between them. A
/// clock whose offset was never beyond its uncertainty counts as right.
class RecorderClock {
 public:
  RecorderClock() = default;
  explicit RecorderClock(const std::vector<ClockOffset>& offsets);

  /// A time of this clock as the reference would give it. Never runs backwards.
  TimeNs Corrected(TimeNs time) const;
  /// The reference's time on this clock, near enough to look for something by it.
  TimeNs Shown(TimeNs corrected) const;

 private:
  int64_t OffsetAt(TimeNs time) const;

  struct Point {
    TimeNs at;
    int64_t offset_ns;
  };
  std::vector<Point> points_;  // by time; none: it is right
};

/// The clocks of all recorders of a log.
class Clocks {
 public:
  Clocks() = default;
  explicit Clocks(std::vector<ClockOffset> offsets);

  const RecorderClock& Of(const std::string& recorder) const;
  /// The greatest uncertainty of any of them.
  int64_t uncertainty_ns() const;
  /// In order of recorder and time.
  const std::vector<ClockOffset>& offsets() const { return offsets_; }

 private:
  std::vector<ClockOffset> offsets_;
  std::map<std::string, RecorderClock> clocks_;
};

}  // namespace trafrec::store
