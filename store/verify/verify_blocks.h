#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "store/verify/verify_plan.h"

namespace trafrec::store {

/// What became of the comparison of one segment's bytes with its manifest.
struct BlockVerdict {
  bool same = false;  ///< every byte is what the manifest says; false where there is none
  uint64_t blocks = 0;
  std::vector<Damage> damages;
};

/// Segments by the hash of all their bytes: tells one that lies in another's place.
using SegmentNames = std::map<crypto::Digest, std::string>;

/// Hashes the segments that have a manifest, block by block, on `threads` threads over all of them.
/// One verdict a task.
std::vector<BlockVerdict> VerifyBlocks(std::span<const VerifyTask> tasks, const SegmentNames& names,
                                       unsigned threads);

}  // namespace trafrec::store
