#pragma once

#include <filesystem>

#include "base/error.h"
#include "store/log_reader.h"

namespace trafrec::store {

/// Checks every segment of a log, up to limits::kVerifyThreads at a time. Finite jobs that have not
/// finished are left out, as they are no part of the log. An Error means that the log could not be
/// looked at; whatever is wrong inside is a Damage.
Result<VerifyReport> VerifyLog(const std::filesystem::path& log,
                               const Identities& identities = nullptr);

}  // namespace trafrec::store
