#include "tools/deleted_note.h"

#include <fmt/format.h>

#include "store/reader/deleted_segments.h"
#include "store/reader/missing_segments.h"
#include "tools/console.h"
#include "tools/units.h"

namespace trafrec::tools {

namespace {

void PrintDeleted(const std::vector<std::filesystem::path>& folders) {
  const auto all = store::FindDeleted(folders);
  if (!all || all->empty()) {
    return;
  }
  uint64_t segments = 0;
  uint64_t exchanges = 0;
  for (const store::DeletedSegments& deleted : *all) {
    segments += deleted.segments;
    exchanges += deleted.counts.exchanges;
  }
  PrintNote(fmt::format("retention has deleted {} with {}; trafrec stats LOG says which",
                        CountOf(segments, "segment"), CountOf(exchanges, "exchange")));
}

void PrintMissing(const std::vector<std::filesystem::path>& folders) {
  const auto missing = store::FindMissing(folders);
  if (missing && missing->segments > 0) {
    PrintNote(
        fmt::format("{} with {} {} missing, though nobody deleted them on purpose; trafrec "
                    "verify LOG names them",
                    CountOf(missing->segments, "segment"), CountOf(missing->exchanges, "exchange"),
                    missing->segments == 1 ? "is" : "are"));
  }
}

}  // namespace

void PrintDeletedNote(const std::vector<std::filesystem::path>& folders) {
  PrintDeleted(folders);
  PrintMissing(folders);
}

void PrintMissedNote(uint64_t exchanges, bool at_most) {
  PrintNote(fmt::format("{}{} not shown: retention deleted {} before this command came to {}",
                        at_most ? "at most " : "", CountOf(exchanges, "exchange"),
                        exchanges == 1 ? "it" : "them", exchanges == 1 ? "it" : "them"));
}

}  // namespace trafrec::tools
