#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "base/time.h"
#include "replay/compare/both_sides.h"

namespace trafrec::compare {

/// How the network's round trip in a latency is known.
enum class TripBy : uint8_t {
  kNone,         ///< there is none in it, or it is to stay
  kHandshake,    ///< as long as the connection's handshake took
  kCalibration,  ///< as long as a run's calibrating requests took
  kUnknown,      ///< nothing says: it is still in it
};
inline constexpr size_t kTripBys = 4;
/// "handshake", as in reports.
const char* NameOf(TripBy by);

/// A round trip that was taken out of a latency.
struct Trip {
  TripBy by = TripBy::kNone;
  int64_t ns = 0;
};

/// How long the two answers of a pair took, without their trips; negative: not known.
struct PairTimes {
  TimeNs began_at = 0;  ///< the source's request
  int64_t source_ns = -1;
  int64_t target_ns = -1;
  Trip source_trip{};
  Trip target_trip{};

  bool known() const { return source_ns >= 0 && target_ns >= 0; }
};

/// Latencies of pairs whose times are both known.
struct LatencyCounts : BothSides {
  uint64_t slower = 0;  ///< pairs whose target took longer by more than the given share
};

/// What was taken out of the latencies of one side, and why.
struct TripCounts {
  std::array<uint64_t, kTripBys> pairs{};  ///< by TripBy
  Histogram taken{};                       ///< of those that were known

  void Add(const Trip& trip);
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
  const TripCounts& source_trips() const { return source_trips_; }
  const TripCounts& target_trips() const { return target_trips_; }
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
  TripCounts source_trips_;
  TripCounts target_trips_;
  std::map<std::string, LatencyCounts> shapes_;
  Timeline timeline_;
};

}  // namespace trafrec::compare
