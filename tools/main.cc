#include <csignal>
#include <string>
#include <vector>

#include "tools/cli.h"

int main(int argc, char** argv) {
  // A reader that goes away shows as EPIPE where it is written to, and ends the command quietly.
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return static_cast<int>(trafrec::tools::Cli().Run(arguments));
}
