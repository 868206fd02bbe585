#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/endpoint.h"
#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/time.h"

namespace trafrec::calibration {

/// The User-Agent of calibrating requests: whoever sees one need not send it on.
inline constexpr std::string_view kAgent = "trafrec-calibrate/1";

enum class Side : uint8_t { kSource, kTarget };

/// One calibrating request, from its last byte to the answer's first.
struct RoundTrip {
  Side side = Side::kTarget;
  std::string name;  ///< of the target; "source"
  Endpoint server{};
  TimeNs at = 0;  ///< its first byte, by the wall clock
  int64_t ns = 0;
};

/// RUN/round_trips.tsv, to which a run appends: a line of names, then one for each request.
class RoundTripFile {
 public:
  /// Goes on with what is there. A line that a crash tore is ended.
  static Result<RoundTripFile> Open(const std::filesystem::path& run);
  static Status Remove(const std::filesystem::path& run);

  Status Append(const RoundTrip& one);

 private:
  explicit RoundTripFile(FileDescriptor file) : file_(std::move(file)) {}

  FileDescriptor file_;
};

/// Each line that can be read, in the file's order, until `visit` says false. A run that was not
/// calibrated has none.
Status ReadRoundTrips(const std::filesystem::path& run,
                      const std::function<bool(const RoundTrip& one)>& visit);

}  // namespace trafrec::calibration
