#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/error.h"
#include "reconcile/boundary/boundary.h"
#include "store/overlay/overlay_writer.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// What an overlay says already of mutations whose outcome the log does not show, and which ones it
/// inserts; nothing if there is no such file.
Result<reconcile::KnownByOverlay> ReadKnown(const std::filesystem::path& file);

/// Writes into an overlay what a replay onto a backfill leaves out, in the place of what an earlier
/// boundary wrote there. Nothing of it is there before Finish. One thread.
class BoundaryOverlay {
 public:
  static Result<std::unique_ptr<BoundaryOverlay>> Open(const std::filesystem::path& file,
                                                       const std::filesystem::path& log);

  Status LeaveOut(const store::OperationAddress& at, std::string_view why);
  /// What has to be removed before a mutation that is right either way.
  Status RemoveFirst(const reconcile::SpanMutation& mutation);
  Status Finish(store::LogReader& reader);

 private:
  Status RemoveEarlier(const std::filesystem::path& file);

  std::unique_ptr<store::OverlayWriter> writer_;
  std::string log_id_;
  std::set<uint64_t> numbers_;  ///< of insertions
};

}  // namespace trafrec::tools
