#include "tests/tools/run_trafrec.h"

namespace trafrec::test_support {
namespace {

std::vector<std::string> WithBinary(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {TRAFREC_BINARY};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

}  // namespace

Outcome Trafrec(const std::vector<std::string>& arguments, const RunOptions& options) {
  return RunToEnd(WithBinary(arguments), options);
}

Outcome Shell(const std::string& command) {
  const std::string path = std::string(TRAFREC_BINARY);
  const std::string folder = path.substr(0, path.rfind('/'));
  return RunToEnd({"/bin/sh", "-c", "PATH='" + folder + "':$PATH; " + command});
}

RunningTrafrec::RunningTrafrec(const std::vector<std::string>& arguments)
    : RunningProcess(WithBinary(arguments)) {}

}  // namespace trafrec::test_support
