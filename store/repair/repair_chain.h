#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "base/error.h"
#include "store/files/log_layout.h"

namespace trafrec::store {

/// Makes segment `number` anew. `segment` is null if there is no file of it; `last`: none follows.
using RepairSegment = std::function<Status(uint32_t number, const SegmentFile* segment, bool last)>;

/// Goes over the segments that an attempt has or should have, as the files and the manifests say,
/// in order, and gives what was made in `to` a chain of manifests of its own. It begins with those
/// of the segments that retention deleted: these are not made anew.
Status RepairInOrder(const std::vector<SegmentFile>& segments, const std::filesystem::path& to,
                     const RepairSegment& repair);

}  // namespace trafrec::store
