#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "daemon/account.h"

namespace trafrec::tools {

/// Makes the folder of a log, if it does not exist, and gives it to that account. Needs root.
Status MakeLogFolderFor(const daemon::Account& account, const std::filesystem::path& log);

/// Can this process, with the rights that it has now, record into that log, as far as it exists?
/// The error names the user, the place and the command that helps.
Status CheckMayWriteLog(const std::filesystem::path& log, const std::string& recorder);

}  // namespace trafrec::tools
