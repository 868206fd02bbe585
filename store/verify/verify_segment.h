#pragma once

#include <filesystem>

#include "store/reader/log_reader.h"
#include "store/reader/log_reader_files.h"

namespace trafrec::store {

/// A segment to be verified.
struct SegmentTask {
  AttemptKey attempt;
  uint32_t number = 0;
  std::filesystem::path path;  ///< when the log was listed; it may have moved on since
  bool being_written = false;
  Identities identities{};
};

/// Checks one segment, with a connection of its own. Of one that is being written only the frames
/// are checked, in short visits: its rows may change meanwhile.
VerifyReport VerifySegment(const SegmentTask& task);

/// "web1/0001/000001.sqlite": the name of a file in the report.
std::string NameInLog(const AttemptKey& attempt, const std::filesystem::path& path);

/// "web1/0001".
std::string NameInLog(const AttemptKey& attempt);

/// The damage is of one of the attempt's files, or of the attempt itself.
bool IsOf(const Damage& damage, const AttemptKey& attempt);

}  // namespace trafrec::store
