#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "store/verify/verify_plan.h"

namespace trafrec::store {

/// Compares _SUMMARY.json, if there is one, with the chains of the attempts: all that were
/// committed must be there, as long as they were then. If keys are trusted, one must have signed
/// it.
std::vector<Damage> CheckSummary(const std::filesystem::path& log, const std::string& log_id,
                                 const Chains& chains, std::span<const crypto::VerifyKey> trusted);

}  // namespace trafrec::store
