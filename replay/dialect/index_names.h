#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "replay/dialect/key.h"

namespace trafrec::dialect {

/// The names in an index expression as both products take it: "a,b-*,-b-2,cluster:c". Always at
/// least one; more than limits.h takes become "*".
///   "", "_all"              all of them: "*"
///   -b-2                        taken out of what the others say: left out, so they say too much
///   <log-{now/d}-x>             depends on the time: "log-*-x"
///   logs::data, logs::failures  the data or failures of a data stream: "logs"
std::vector<std::string> IndexNames(std::string_view expression);

/// One key for each of them; if limits.h does not take so many beside those that are there, one for
/// all indices instead of them all.
void AddIndexKeys(std::string_view expression, bool write, std::vector<Key>& keys);

/// The name of the one index that a document is written to or read from: no list, no pattern.
std::string IndexName(std::string_view name);

}  // namespace trafrec::dialect
