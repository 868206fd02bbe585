#pragma once

#include <filesystem>
#include <vector>

#include "store/reader/log_reader_files.h"
#include "store/repair/repair.h"
#include "store/writer/segment_tables.h"

namespace trafrec::store {

/// Makes the segments of an encrypted attempt anew, under their numbers, in `to`, out of what is
/// good in the old ones. Whoever could read those can read these. With identities the frames are
/// decrypted, too, to find what a checksum does not; nothing that is clear is written.
Status CopyEncryptedAttempt(const AttemptKey& attempt, const AttemptFacts& facts,
                            const std::vector<SegmentFile>& segments,
                            const std::filesystem::path& to, const Identities& identities,
                            RepairReport& report);

}  // namespace trafrec::store
