#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace trafrec {

/// From what a batch takes on an idle machine to what nobody should wait for.
inline constexpr std::array<int64_t, 16> kLagBoundsNs = {
    1 * kNsPerMs,      2'500 * kNsPerUs,  5 * kNsPerMs,      10 * kNsPerMs,
    25 * kNsPerMs,     50 * kNsPerMs,     100 * kNsPerMs,    250 * kNsPerMs,
    500 * kNsPerMs,    1 * kNsPerSecond,  2'500 * kNsPerMs,  5 * kNsPerSecond,
    10 * kNsPerSecond, 30 * kNsPerSecond, 60 * kNsPerSecond, 300 * kNsPerSecond};

/// How often something took how long: counts[i] times at most kLagBoundsNs[i] and more than the
/// bound before; the last ones took longer than any bound.
struct LagCounts {
  std::array<uint64_t, kLagBoundsNs.size() + 1> counts{};
  uint64_t sum_ns = 0;
};

/// Counts how long things took, since the start. Any thread adds and reads, and nobody waits; a
/// reader may see a count before its share of the sum.
class LagHistogram {
 public:
  /// Clocks may jump: less than nothing counts as nothing.
  void Add(int64_t ns) {
    const auto bound = std::ranges::lower_bound(kLagBoundsNs, ns);
    const auto index = static_cast<size_t>(bound - kLagBoundsNs.begin());
    counts_[index].fetch_add(1, std::memory_order_relaxed);
    sum_ns_.fetch_add(static_cast<uint64_t>(std::max<int64_t>(0, ns)), std::memory_order_relaxed);
  }

  LagCounts counts() const {
    LagCounts result;
    for (size_t i = 0; i < counts_.size(); ++i) {
      result.counts[i] = counts_[i].load(std::memory_order_relaxed);
    }
    result.sum_ns = sum_ns_.load(std::memory_order_relaxed);
    return result;
  }

 private:
  std::array<std::atomic<uint64_t>, kLagBoundsNs.size() + 1> counts_{};
  std::atomic<uint64_t> sum_ns_{0};
};

}  // namespace trafrec
