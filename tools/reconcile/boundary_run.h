#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "store/format/encryption.h"
#include "tools/exit_code.h"
#include "tools/server_access.h"

namespace trafrec::tools {

/// What `trafrec reconcile boundary` was told.
struct BoundaryOptions {
  std::string log{};
  std::string dialect{};
  std::string target{};                  ///< URL of what was restored; "": the log alone
  std::string method{};                  ///< "auto": whatever the log has
  std::vector<std::string> backfills{};  ///< ids of requests that took it; none: whatever is there
  std::string overlay{};                 ///< "": none is written
  TimeNs settle_ns = 0;
  bool keep_reads = false;
  bool json = false;
};

/// kOpenQuestions if something of the span cannot be decided.
Result<ExitCode> RunBoundary(const BoundaryOptions& options, const ServerAccess& access,
                             store::Identities identities);

}  // namespace trafrec::tools
