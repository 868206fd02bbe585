#pragma once

#include <string>
#include <string_view>

namespace trafrec::patterns {

/// What requests of one kind have in common: the path with numbers as {n}, dates as {date} and ids
/// as {id}, then the names of the parameters in order of the alphabet, without values:
/// "/orders-{date}/_doc/{id}?refresh". At most limits::kKeyBytesMax bytes.
std::string FoldTarget(std::string_view target);

/// One segment of a path, or a name of an index.
std::string FoldName(std::string_view name);

}  // namespace trafrec::patterns
