#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "base/time.h"

namespace trafrec::compare {

/// How long the two answers of a pair took; negative: not known.
struct PairTimes {
  TimeNs began_at = 0;  ///< the source's request
  int64_t source_ns = -1;
  int64_t target_ns = -1;

  bool known() const { return source_ns >= 0 && target_ns >= 0; }
};

/// Latencies of both sides, of pairs whose times are both known.
struct LatencyCounts {
  Histogram source{};
  Histogram target{};
  uint64_t slower = 0;  ///< pairs whose target took longer by more than the given share

  uint64_t count() const { return source.count(); }
  /// Kolmogorov–Smirnov (base/histogram.h).
  double distance() const { return Histogram::Distance(source, target); }
};

/// Latencies by shape and over time. Memory: limits::kLatencyShapes and kLatencyColumns times two
/// histograms. One thread.
class Latencies {
 public:
  /// A pair is slower if its target took more than 1 + `slower_share` of the source's time.
  explicit Latencies(double slower_share) : slower_share_(slower_share) {}

  void Add(const std::string& shape, const PairTimes& times);

  double slower_share() const { return slower_share_; }
  const LatencyCounts& all() const { return all_; }
  /// Those beyond the limit are together, as "others".
  const std::map<std::string, LatencyCounts>& shapes() const { return shapes_; }

  /// Over the source's time.
  struct Timeline {
    TimeNs begin = 0;
    int64_t width_ns = 0;  ///< of a column
    std::vector<LatencyCounts> columns{};
  };
  const Timeline& timeline() const { return timeline_; }

 private:
  void Count(LatencyCounts& counts, const PairTimes& times) const;
  LatencyCounts& ColumnOf(TimeNs at);

  double slower_share_;
  LatencyCounts all_;
  std::map<std::string, LatencyCounts> shapes_;
  Timeline timeline_;
};

}  // namespace trafrec::compare
