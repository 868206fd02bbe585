#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace trafrec::tools {

/// Names replaced by their addresses, as this machine's resolver knows them now; addresses and
/// networks stay as they are. For filters of a process that may not ask a name server itself. Takes
/// as long as the resolver does.
Result<std::vector<std::string>> AddressesOf(const std::vector<std::string>& hosts);

}  // namespace trafrec::tools
