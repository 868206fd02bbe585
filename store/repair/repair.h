#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/format/encryption.h"

namespace trafrec::store {

/// What a repair could not take over, as a sentence, with the ids of the exchanges that it damaged.
struct LeftOut {
  std::string file;
  std::string what;
  std::vector<std::string> exchanges;
};

struct RepairReport {
  uint64_t attempts_copied = 0;  ///< as they were, byte for byte
  uint64_t attempts_rebuilt = 0;
  uint64_t frames = 0;  ///< of the rebuilt ones
  std::vector<LeftOut> left_out;
};

/// Makes of what is good in `log` a new one in `out`, which must not exist or be empty. Whole
/// attempts are copied, with their manifests. Of the others every frame that passes its checksum is
/// taken over as it is, and its rows are made anew from its entries; a loss row stands for what
/// lies between. Ids stay. `log` is not changed. Fails if one of its recorders is running. What is
/// encrypted stays so, to the same recipients: there frames and rows are copied. `identities` only
/// find more damage.
Result<RepairReport> RepairLog(const std::filesystem::path& log, const std::filesystem::path& out,
                               const Identities& identities = nullptr);

}  // namespace trafrec::store
