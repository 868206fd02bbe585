#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/time.h"

namespace trafrec::patterns {

/// Where a moment lies in the day and in the week of a time zone.
struct LocalTime {
  int weekday = 0;  ///< 0: Monday
  int second_of_day = 0;
  int64_t day = 0;  ///< days since 1970-01-01, in that zone

  int hour() const { return second_of_day / 3'600; }
};

/// A time zone, by the C library's rules: the standard library of gcc 12 has no tzdb. There is one
/// at a time in a process, for the C library keeps it in the environment. One thread.
class Calendar {
 public:
  /// A name of the tz database ("Europe/Berlin"), or "UTC". An Error is one of usage.
  static Result<Calendar> Make(const std::string& zone);

  const std::string& zone() const { return zone_; }
  LocalTime At(TimeNs time);
  /// "2026-11-21 06:48:00" there.
  std::string Text(TimeNs time);

 private:
  explicit Calendar(std::string zone) : zone_(std::move(zone)) {}
  int64_t OffsetS(int64_t time_s);

  std::string zone_;
  int64_t quarter_ = INT64_MIN;  ///< for which offset_s_ holds: offsets change at quarters of hours
  int64_t offset_s_ = 0;
};

}  // namespace trafrec::patterns
