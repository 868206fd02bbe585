#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "import/limits.h"

namespace trafrec::import {

/// A stretch of a file of which nothing was taken.
struct LeftOut {
  std::string file;
  uint64_t offset = 0;  ///< in the file; of a compressed one, in what it holds
  uint64_t bytes = 0;   ///< 0: the end of the file is missing there, and nobody knows how much
  std::string what;
  bool cut = false;  ///< the file ends there
};

/// What an import could not take, or not as the file has it. Filled by the readers.
struct ImportReport {
  std::vector<LeftOut> places;  ///< the first limits::kNamedPlaces
  uint64_t damaged = 0;         ///< places, named or not
  uint64_t damaged_bytes = 0;
  uint64_t cut_files = 0;
  /// Records that were understood and are not exchanges of the log, by reason ("cached_entries").
  std::map<std::string, uint64_t> left_out;
  /// Records that were taken though not all of them could be, by reason ("bodies_not_base64").
  std::map<std::string, uint64_t> noted;
  /// Damage that is not yet in the log as a loss row.
  uint64_t unlogged_bytes = 0;
  bool unlogged_damage = false;
  bool unlogged_cut = false;

  void Add(LeftOut place) {
    damaged_bytes += place.bytes;
    unlogged_bytes += place.bytes;
    cut_files += place.cut ? 1 : 0;
    damaged += place.cut ? 0 : 1;
    (place.cut ? unlogged_cut : unlogged_damage) = true;
    if (places.size() < limits::kNamedPlaces) {
      places.push_back(std::move(place));
    }
  }
  bool whole() const { return damaged == 0 && cut_files == 0; }
};

}  // namespace trafrec::import
