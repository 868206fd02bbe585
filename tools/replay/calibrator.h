#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/histogram.h"
#include "replay/send/target.h"
#include "tools/json_object.h"

namespace trafrec::tools {

/// What the calibrating requests to one side came to.
struct CalibratedSide {
  std::string name;  ///< of the target; "source"
  Histogram round_trips{};
  uint64_t unanswered = 0;  ///< late ones too, in whose time none was sent
  std::string trouble{};    ///< the last one: of these, or of the file
};

/// Asks each target, and the source if it is given, for nothing (`HEAD /`) once a second, on a
/// thread and connections of its own, so that no work of the replay is in what it measures. What
/// was measured goes into the run's folder; any answer will do.
class Calibrator {
 public:
  /// `source` is an URL; "" for none. Fails if one cannot be asked at all, as of a URL that is
  /// none.
  static Result<std::unique_ptr<Calibrator>> Start(const std::filesystem::path& run,
                                                   const std::vector<send::Target>& targets,
                                                   const std::string& source);
  virtual ~Calibrator() = default;

  /// Ends it, and waits for its thread. What it came to; the source, if any, is the last.
  virtual std::vector<CalibratedSide> Stop() = 0;
};

/// "p50 0.31ms, p99 0.80ms of 120 requests".
std::string InWords(const CalibratedSide& side);
/// An array, as `calibration`, into an object that is open.
void AppendCalibration(JsonAppender& json, const std::vector<CalibratedSide>& sides);

}  // namespace trafrec::tools
