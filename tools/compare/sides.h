#pragma once

#include <filesystem>
#include <memory>

#include "base/error.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// The two sides of a comparison: a log and a run of it, or two runs of one log, of which the first
/// then is called the source and the second the target.
struct Sides {
  store::LogSelection source_folders;
  store::LogSelection run_folder;
  std::unique_ptr<store::LogReader> source;
  std::unique_ptr<store::LogReader> run;
  bool two_runs = false;
};

/// Opens both, and finds out what `source` is. kUsage if the second is no run, or if they are not
/// of one log.
Result<Sides> OpenSides(store::LogSelection source, const std::filesystem::path& run);

}  // namespace trafrec::tools
