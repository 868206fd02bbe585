#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "replay/pace/speed.h"

namespace trafrec::pace {

/// When each exchange is due, on a monotonic clock that counts from the run's start. The schedule
/// is absolute: a late exchange makes no later one late, and nothing drifts. No clock is asked
/// here; the caller gives the time. One thread.
class Schedule {
 public:
  /// `idle_max_ns`: silences of the log are shortened to it; nothing: they are kept.
  Schedule(const Speed& speed, std::optional<int64_t> idle_max_ns)
      : speed_(speed), idle_max_ns_(idle_max_ns) {}

  /// The place of the next exchange, in the order of their times. It stays the same whatever the
  /// speed.
  struct Place {
    int64_t source_ns = 0;  ///< recorded time since the first one, shortened silences taken out
    int64_t step_ns = 0;    ///< of source_ns, from the exchange before it to it
    uint64_t count = 0;     ///< exchanges before it
  };
  Place Add(TimeNs began_at);

  /// When what has that place is due, ns since the run's start.
  int64_t Due(const Place& place) const;

  /// Another speed from `now` on: what is due now stays due now. `next`: the first one that was not
  /// sent, from which is counted what was not followed so far.
  void SetSpeed(const Speed& speed, const Place& next, int64_t now);
  /// From `now` on time does not count, whatever is asked for meanwhile.
  void Pause(int64_t now) { paused_at_ = now; }
  void Resume(int64_t now);
  /// As if the recorded time `before_ns` ahead of `place` were now, or that of the exchange before
  /// it if it is nearer: what comes before `place` is due at once, itself when its time has come.
  void Seek(const Place& place, int64_t before_ns, int64_t now);
  /// How much recorded time lies between `now` and `place`, 0 to the step that leads to it.
  int64_t Ahead(const Place& place, int64_t now) const;
  /// It comes before what was sought: it has no time of its own.
  bool IsSkipped(const Place& place) const { return place.count < sought_; }

  /// That of the next one that is added, were it to begin together with the last one.
  const Place& next() const { return next_; }
  const Speed& speed() const { return speed_; }

 private:
  double ProgressOf(const Place& place) const;
  /// What has that progress at `now`.
  double ProgressAt(int64_t now) const;

  Speed speed_;
  const std::optional<int64_t> idle_max_ns_;
  std::optional<TimeNs> last_;
  Place next_;
  std::optional<int64_t> paused_at_;
  uint64_t sought_ = 0;  ///< exchanges before what was sought
  // Where the present speed began: in the log's terms, and on the clock.
  double anchor_source_ = 0;
  double anchor_count_ = 0;
  int64_t anchor_due_ = 0;
};

}  // namespace trafrec::pace
