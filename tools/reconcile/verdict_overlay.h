#pragma once

#include <filesystem>

#include "base/error.h"
#include "reconcile/verdict/judge.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// Writes the verdicts and commit positions into an overlay for the log. Presumed ones only if
/// `presumed`. Whatever the file held of other operations stays.
Status WriteVerdicts(const std::filesystem::path& file, const std::filesystem::path& log,
                     store::LogReader& reader, const reconcile::History& history,
                     const reconcile::Judgement& judgement, bool presumed);

/// Whether WriteVerdicts could write there, before the work is done.
Status CheckOverlay(const std::filesystem::path& file, const std::filesystem::path& log);

}  // namespace trafrec::tools
