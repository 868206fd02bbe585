#include "replay/compare/latencies.h"

#include <algorithm>
#include <utility>

#include "replay/compare/limits.h"

namespace trafrec::compare {

const char* NameOf(TripBy by) {
  switch (by) {
    case TripBy::kNone:
      return "none";
    case TripBy::kHandshake:
      return "handshake";
    case TripBy::kCalibration:
      return "calibration";
    case TripBy::kUnknown:
      break;
  }
  return "unknown";
}

void TripCounts::Add(const Trip& trip) {
  ++pairs[static_cast<size_t>(trip.by)];
  if (trip.by == TripBy::kHandshake || trip.by == TripBy::kCalibration) {
    taken.Add(trip.ns);
  }
}

void Latencies::Add(const std::string& shape, const PairTimes& times) {
  if (!times.known()) {
    return;
  }
  const bool room = shapes_.contains(shape) || shapes_.size() < limits::kLatencyShapes;
  Count(all_, times);
  source_trips_.Add(times.source_trip);
  target_trips_.Add(times.target_trip);
  Count(shapes_[room ? shape : "others"], times);
  Count(ColumnOf(times.began_at), times);
}

void Latencies::Count(LatencyCounts& counts, const PairTimes& times) const {
  counts.source.Add(times.source_ns);
  counts.target.Add(times.target_ns);
  counts.slower += static_cast<double>(times.target_ns) >
                           static_cast<double>(times.source_ns) * (1 + slower_share_)
                       ? 1
                       : 0;
}

LatencyCounts& Latencies::ColumnOf(TimeNs at) {
  if (timeline_.columns.empty()) {
    timeline_ = {.begin = at, .width_ns = kNsPerSecond};
  }
  // A run's order is not quite the source's: what began before the first is in its column.
  const int64_t since = std::max<int64_t>(0, at - timeline_.begin);
  while (since / timeline_.width_ns >= static_cast<int64_t>(limits::kLatencyColumns)) {
    std::vector<LatencyCounts> wider((timeline_.columns.size() + 1) / 2);
    for (size_t i = 0; i < timeline_.columns.size(); ++i) {
      wider[i / 2].source.Add(timeline_.columns[i].source);
      wider[i / 2].target.Add(timeline_.columns[i].target);
      wider[i / 2].slower += timeline_.columns[i].slower;
    }
    timeline_.columns = std::move(wider);
    timeline_.width_ns *= 2;
  }
  const auto column = static_cast<size_t>(since / timeline_.width_ns);
  if (timeline_.columns.size() <= column) {
    timeline_.columns.resize(column + 1);
  }
  return timeline_.columns[column];
}

}  // namespace trafrec::compare
