#pragma once

#include <string>
#include <vector>

#include "tests/support/process.h"

namespace trafrec::test_support {

/// Runs the trafrec that was built beside the tests, and waits for its end.
Outcome Trafrec(const std::vector<std::string>& arguments, const RunOptions& options = {});
/// The same through sh; "trafrec" in it is ours.
Outcome Shell(const std::string& command);

/// One that runs beside the test.
class RunningTrafrec : public RunningProcess {
 public:
  explicit RunningTrafrec(const std::vector<std::string>& arguments);
};

}  // namespace trafrec::test_support
