#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>

#include "base/endpoint.h"
#include "base/error.h"
#include "base/time.h"

namespace trafrec::calibration {

/// What a run's calibrating requests say of the network between it and both sides. Read once, then
/// used by any number of threads.
class RoundTrips {
 public:
  /// Empty of a run that was not calibrated.
  static Result<RoundTrips> Read(const std::filesystem::path& run);

  /// Median of all requests to the source: what was recorded there was recorded at another time.
  std::optional<int64_t> Source() const { return source_; }
  /// Median of the requests to that server around that time: of its minute, or of the nearest one
  /// that has any.
  std::optional<int64_t> Target(const Endpoint& server, TimeNs at) const;

  size_t samples() const { return samples_; }

 private:
  /// By the beginning of the stretch.
  using Medians = std::map<TimeNs, int64_t>;

  std::optional<int64_t> source_;
  std::map<Endpoint, Medians> targets_;
  size_t samples_ = 0;
};

}  // namespace trafrec::calibration
