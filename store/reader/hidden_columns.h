#pragma once

#include <set>
#include <string>
#include <vector>

#include "store/reader/log_reader_catalogue.h"
#include "store/reader/log_reader_files.h"

namespace trafrec::store {

/// Recorders of which a reader without their key cannot see all columns.
struct HiddenColumns {
  std::set<std::string> texts;      ///< targets and hosts
  std::set<std::string> addresses;  ///< and those of both sides
};

HiddenColumns FindHiddenColumns(SegmentFiles& files, const std::vector<AttemptSnapshot>& attempts);

/// Fails if there are encrypted attempts that this reader's identities do not open.
Status RequireIdentities(SegmentFiles& files, const LogCatalogue& catalogue);

}  // namespace trafrec::store
