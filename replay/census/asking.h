#pragma once

#include <string>
#include <vector>

#include "replay/census/counting.h"
#include "replay/send/target.h"

namespace trafrec::census {

/// Asks one target how many documents each index holds, on a loop and a connection of its own, and
/// waits for the answers. Before that `indices` are refreshed, or all if there are none; where the
/// target does not do that, it is counted all the same.
Counted AskTarget(const send::Target& target, const std::vector<std::string>& indices);

}  // namespace trafrec::census
