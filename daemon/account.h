#pragma once

#include <sys/types.h>

#include <string>

#include "base/error.h"

namespace trafrec::daemon {

/// Whom a process may become.
struct Account {
  std::string user;  ///< name, or the number as text where there is no name
  uid_t uid = 0;
  gid_t gid = 0;
};

/// The account of that user name or number, in that group or, without one, in the user's own. One
/// that does not exist is a usage error with the nearest name; root is one, too.
Result<Account> FindAccount(const std::string& user, const std::string& group);

/// "trafrec (uid 998)", of whom the process runs as now.
std::string CurrentUser();

}  // namespace trafrec::daemon
