#include "store/repair/repair_chain.h"

#include <algorithm>

#include "base/parallel.h"
#include "store/files/small_file.h"
#include "store/manifest/manifest_chain.h"
#include "store/manifest/manifest_files.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

uint32_t LastManifest(const fs::path& from) {
  const auto numbers = ListManifests(from);
  return numbers && !numbers->empty() ? numbers->back() : 0;
}

/// Takes over what proves that retention deleted the segments before number `first`; returns the
/// number of the last of them.
Result<uint32_t> TakeDeleted(const fs::path& from, uint32_t first, const fs::path& to) {
  uint32_t number = 0;
  while (number + 1 < first) {
    const auto tombstone = ReadTombstone(from, number + 1);
    const auto manifest = ReadManifest(from, number + 1);
    if (!tombstone || !manifest) {
      break;
    }
    ++number;
    TRY(ReplaceFile(to / TombstoneName(number), tombstone->document.Text()));
    TRY(ReplaceFile(to / ManifestName(number), manifest->document.Text()));
    TRY(WriteHead(to, {number, manifest->document.hash()}));
  }
  return number;
}

}  // namespace

Status RepairInOrder(const std::vector<SegmentFile>& segments, const fs::path& to,
                     const RepairSegment& repair) {
  const fs::path from = segments.front().path.parent_path();
  TRY_ASSIGN(uint32_t number, TakeDeleted(from, segments.front().number, to));
  const uint32_t last = std::max(segments.back().number, LastManifest(from));
  while (++number <= last) {
    // While it is renamed, a segment has two names: either will do.
    const auto segment = std::ranges::find(segments, number, &SegmentFile::number);
    TRY(repair(number, segment == segments.end() ? nullptr : &*segment, number == last));
  }
  const Result<uint32_t> manifests = ExtendChain(to, nullptr, CoreCount());
  return manifests ? Status() : std::unexpected(manifests.error());
}

}  // namespace trafrec::store
