#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"
#include "daemon/account.h"
#include "tools/option_set.h"

namespace trafrec::tools {

/// What a recorder gives up once it has what it needs, in the order of the calls.
/// docs/operations.md has the reasons.
class Confinement {
 public:
  void AddTo(OptionSet& options);

  /// Before anything is opened: does the user exist, and can all this be done here?
  Status Check();

  /// Once sockets and keys are open, before the first thread: rights, core files. Makes the log's
  /// folder for another user, and finds out whether that one can write what is there.
  Status LeaveRights(const std::filesystem::path& log, const std::string& recorder) const;

  /// Once the log is open: from now on only the system calls of the steady state.
  Status FilterSyscalls() const;

 private:
  std::string user_;
  std::string group_;
  bool no_sandbox_ = false;
  std::optional<daemon::Account> account_;  // Check found it
};

}  // namespace trafrec::tools
