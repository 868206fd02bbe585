#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/tools/reconcile/source_log.h"

namespace trafrec::test_support {

/// What it says of all of them, in the log's order.
std::vector<nlohmann::json> VerdictsOf(const SourceLog& source,
                                       const std::vector<std::string>& more = {});

/// What `trafrec reconcile --json`, with more options, says of the source's only open request.
nlohmann::json VerdictOf(const SourceLog& source, const std::vector<std::string>& more = {});

}  // namespace trafrec::test_support
