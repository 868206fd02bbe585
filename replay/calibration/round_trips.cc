#include "replay/calibration/round_trips.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "replay/calibration/limits.h"
#include "replay/calibration/round_trip_file.h"

namespace trafrec::calibration {
namespace {

/// `times` is not empty, and left in another order. The lower one of two in the middle.
int64_t MedianOf(std::vector<int64_t>& times) {
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>((times.size() - 1) / 2);
  std::ranges::nth_element(times, middle);
  return *middle;
}

}  // namespace

Result<RoundTrips> RoundTrips::Read(const std::filesystem::path& run) {
  std::vector<int64_t> source;
  std::map<Endpoint, std::map<TimeNs, std::vector<int64_t>>> targets;
  RoundTrips all;
  TRY(ReadRoundTrips(run, [&](const RoundTrip& one) {
    if (one.side == Side::kSource) {
      source.push_back(one.ns);
    } else {
      targets[one.server][one.at - one.at % limits::kStretchNs].push_back(one.ns);
    }
    return ++all.samples_ < limits::kSamples;
  }));
  if (!source.empty()) {
    all.source_ = MedianOf(source);
  }
  for (auto& [server, stretches] : targets) {
    for (auto& [begin, times] : stretches) {
      all.targets_[server][begin] = MedianOf(times);
    }
  }
  return all;
}

std::optional<int64_t> RoundTrips::Target(const Endpoint& server, TimeNs at) const {
  const auto found = targets_.find(server);
  if (found == targets_.end()) {
    return std::nullopt;
  }
  const Medians& medians = found->second;
  const auto after = medians.lower_bound(at - at % limits::kStretchNs);
  if (after == medians.begin()) {
    return after->second;
  }
  const auto before = std::prev(after);
  if (after == medians.end()) {
    return before->second;
  }
  const TimeNs middle_of_before = before->first + limits::kStretchNs / 2;
  const TimeNs middle_of_after = after->first + limits::kStretchNs / 2;
  return std::abs(middle_of_after - at) <= std::abs(at - middle_of_before) ? after->second
                                                                           : before->second;
}

}  // namespace trafrec::calibration
