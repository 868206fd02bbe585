#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace trafrec::pace {

/// How fast a log is sent: "1x", "4x", "0.5x" by its own times; "500/s" evenly; "max"; and ramps,
/// "1x..8x/10m" or "100/s..2000/s/5m", which go from one speed to the other in that time, and stay
/// there.
struct Speed {
  enum class Kind : uint8_t { kMax, kFactor, kRate };

  Kind kind = Kind::kFactor;
  double from = 1;  ///< times the recorded speed, or exchanges a second
  double to = 1;
  int64_t ramp_ns = 0;  ///< 0: `to` from the beginning

  bool operator==(const Speed&) const = default;
};

/// The Error shows the accepted forms.
Result<Speed> ParseSpeed(std::string_view text);
/// As ParseSpeed takes it.
std::string FormatSpeed(const Speed& speed);

}  // namespace trafrec::pace
