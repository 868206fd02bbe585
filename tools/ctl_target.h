#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/error.h"
#include "control/client.h"

namespace trafrec::tools {

/// A running recorder of a log that can be asked.
struct CtlTarget {
  std::string recorder;
  control::Client client;
};

/// Those that run now; at least one, else an Error that says what became of them. `recorder`: only
/// the one of this name; empty: all. Waits that long for each.
Result<std::vector<CtlTarget>> FindRunning(const std::string& log, const std::string& recorder,
                                           std::chrono::milliseconds timeout);

/// What the recorder left when it ended: "recorded 12 exchanges"; empty if it did not end in good
/// order, or not yet.
std::string LastWords(const std::string& log, const std::string& recorder);

}  // namespace trafrec::tools
