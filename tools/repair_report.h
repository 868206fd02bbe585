#pragma once

#include <string>

#include "base/error.h"
#include "store/format/encryption.h"
#include "tools/exit_code.h"

namespace trafrec::tools {

/// `trafrec verify --repair OUT LOG`: repairs, and says what was left out.
Result<ExitCode> Repair(const std::string& log, const std::string& out,
                        const store::Identities& identities, bool quiet, bool json);

}  // namespace trafrec::tools
