#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/format/encryption.h"
#include "store/reader/exchange_id.h"
#include "store/verify/attempt_chain.h"
#include "store/verify/head_claim.h"
#include "store/verify/verify_plan.h"

namespace trafrec::store {

/// A claim, and the counted sentinel that made it.
struct SentHeadClaim {
  HeadClaim claim;
  ExchangeId sentinel;
  TimeNs at = 0;
};

/// Those of all counted sentinels in the folders of a log. Segments that cannot be read have none,
/// and encrypted ones only with an identity.
Result<std::vector<SentHeadClaim>> ReadHeadClaims(const std::vector<std::filesystem::path>& folders,
                                                  const Identities& identities);

/// What in a log contradicts the claims about it: every manifest that was the newest once must be
/// there, and still be the same.
std::vector<Damage> CheckHeadClaims(const std::vector<SentHeadClaim>& claims,
                                    const std::string& log_id, const Chains& chains);

}  // namespace trafrec::store
