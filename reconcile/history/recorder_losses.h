#pragma once

#include <vector>

#include "reconcile/history/facts.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// Times in which a recorder saw nothing, or not everything, by its own account. What went on
/// before it started begins with `seen_until`. Holes in flows are not among them: the connection's
/// own numbers say more.
std::vector<LostTraffic> LossesOf(const store::AttemptInfo& attempt, TimeNs seen_until);

}  // namespace trafrec::reconcile
