#pragma once

#include <cstdint>

#include "base/histogram.h"

namespace trafrec::compare {

/// Values of both sides, of the same pairs.
struct BothSides {
  Histogram source{};
  Histogram target{};

  uint64_t count() const { return source.count(); }
  /// Kolmogorov–Smirnov (base/histogram.h).
  double distance() const { return Histogram::Distance(source, target); }
};

}  // namespace trafrec::compare
