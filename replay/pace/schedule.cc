#include "replay/pace/schedule.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace trafrec::pace {
namespace {

/// A ramp of speed v(t) = a + (b - a) t / d until d, then b: how far it has come at t. Units are
/// the caller's.
double Distance(double a, double b, double d, double t) {
  if (d <= 0 || t <= 0) {
    return b * t;
  }
  const double in_ramp = std::min(t, d);
  return a * in_ramp + (b - a) * in_ramp * in_ramp / (2 * d) + b * (t - in_ramp);
}

/// The inverse.
double TimeOf(double a, double b, double d, double distance) {
  if (d <= 0 || distance <= 0) {
    return distance / b;
  }
  const double in_ramp = (a + b) / 2 * d;
  if (distance >= in_ramp) {
    return d + (distance - in_ramp) / b;
  }
  // The positive root of (b - a) t^2 / 2d + a t = distance, in the form that is stable for b near
  // a.
  return 2 * distance / (a + std::sqrt(a * a + 2 * (b - a) / d * distance));
}

/// Speeds of progress per nanosecond.
double PerNs(const Speed& speed, double value) {
  return speed.kind == Speed::Kind::kRate ? value / 1e9 : value;
}

}  // namespace

Schedule::Place Schedule::Add(TimeNs began_at) {
  if (last_) {
    int64_t step = std::max<int64_t>(0, began_at - *last_);
    if (idle_max_ns_) {
      step = std::min(step, *idle_max_ns_);
    }
    next_.source_ns += step;
    next_.step_ns = step;
  }
  last_ = std::max(last_.value_or(began_at), began_at);
  const Place place = next_;
  ++next_.count;
  return place;
}

double Schedule::ProgressOf(const Place& place) const {
  return speed_.kind == Speed::Kind::kRate ? static_cast<double>(place.count) - anchor_count_
                                           : static_cast<double>(place.source_ns) - anchor_source_;
}

int64_t Schedule::Due(const Place& place) const {
  if (speed_.kind == Speed::Kind::kMax || IsSkipped(place)) {
    return anchor_due_;
  }
  const double due = TimeOf(PerNs(speed_, speed_.from), PerNs(speed_, speed_.to),
                            static_cast<double>(speed_.ramp_ns), ProgressOf(place));
  return anchor_due_ + static_cast<int64_t>(std::llround(due));
}

double Schedule::ProgressAt(int64_t now) const {
  return Distance(PerNs(speed_, speed_.from), PerNs(speed_, speed_.to),
                  static_cast<double>(speed_.ramp_ns), static_cast<double>(now - anchor_due_));
}

void Schedule::Resume(int64_t now) {
  if (paused_at_) {
    anchor_due_ += now - *std::exchange(paused_at_, std::nullopt);
  }
}

void Schedule::SetSpeed(const Speed& speed, const Place& next, int64_t now) {
  now = paused_at_.value_or(now);
  // Where the log is now, by both measures; at most one of them was followed so far.
  switch (speed_.kind) {
    case Speed::Kind::kFactor:
      anchor_source_ += ProgressAt(now);
      anchor_count_ = static_cast<double>(next.count);
      break;
    case Speed::Kind::kRate:
      anchor_count_ += ProgressAt(now);
      anchor_source_ = static_cast<double>(next.source_ns);
      break;
    case Speed::Kind::kMax:
      anchor_source_ = static_cast<double>(next.source_ns);
      anchor_count_ = static_cast<double>(next.count);
      break;
  }
  anchor_due_ = now;
  speed_ = speed;
}

int64_t Schedule::Ahead(const Place& place, int64_t now) const {
  switch (speed_.kind) {
    case Speed::Kind::kFactor: {
      const double ahead = ProgressOf(place) - ProgressAt(paused_at_.value_or(now));
      return std::clamp<int64_t>(std::llround(ahead), 0, place.step_ns);
    }
    case Speed::Kind::kRate:
      return place.step_ns;  // no recorded time passes between two
    case Speed::Kind::kMax:
      return 0;
  }
  return 0;
}

void Schedule::Seek(const Place& place, int64_t before_ns, int64_t now) {
  now = paused_at_.value_or(now);
  anchor_source_ = static_cast<double>(place.source_ns - std::min(before_ns, place.step_ns));
  anchor_count_ = static_cast<double>(place.count);
  anchor_due_ = now;
  sought_ = place.count;
}

}  // namespace trafrec::pace
