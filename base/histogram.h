#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace trafrec {

/// Counts of values by logarithm: each power of two is cut into 64 equal parts, and a value is
/// given back as the middle of its part, so that it is wrong by less than 0.8%. Values below 128,
/// the least and the greatest are exact. At most 30 KB. (Debian has no HdrHistogram for C or C++.)
class Histogram {
 public:
  static constexpr double kRelativeError = 1.0 / 128;

  void Add(int64_t value, uint64_t times = 1);
  /// All values of another one.
  void Add(const Histogram& other);

  uint64_t count() const { return count_; }
  int64_t least() const { return least_; }
  int64_t greatest() const { return greatest_; }
  /// The value that `share` (0 to 1) of all do not exceed; 0 if there are none.
  int64_t Quantile(double share) const;

  /// How many do not exceed `value`, which is as exact as quantiles are.
  uint64_t CountUpTo(int64_t value) const;
  uint64_t sum() const { return sum_; }

  /// Kolmogorov–Smirnov distance: by how much the shares of values up to some value differ at most,
  /// from 0 (alike) to 1 (no value in common). 0 if one of them is empty.
  static double Distance(const Histogram& a, const Histogram& b);

  struct Bar {
    int64_t from = 0;
    int64_t below = 0;
    uint64_t count = 0;
  };
  /// Counts by powers of two, from the first that has any to the last.
  std::vector<Bar> Bars() const;

 private:
  std::vector<uint64_t> parts_;
  uint64_t count_ = 0;
  uint64_t sum_ = 0;
  int64_t least_ = 0;
  int64_t greatest_ = 0;
};

}  // namespace trafrec
