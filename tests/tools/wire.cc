#include "tests/tools/wire.h"

#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/private_machine.h"

namespace trafrec::test_support {

OtherNetwork::OtherNetwork()
    : keeper_({"/usr/bin/unshare", "-n", "/bin/sh", "-c", "echo made; exec tail -f /dev/null"}) {
  keeper_.WaitForOutput("made");
}

OtherNetwork::~OtherNetwork() { keeper_.Signal(SIGKILL); }

std::vector<std::string> OtherNetwork::Inside(const std::vector<std::string>& arguments) const {
  std::vector<std::string> all = {"/usr/bin/nsenter", "-t", pid(), "-n"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

std::unique_ptr<RunningProcess> OtherNetwork::Run(const std::vector<std::string>& arguments) const {
  return std::make_unique<RunningProcess>(Inside(arguments));
}

void OtherNetwork::Ip(const std::string& arguments) const {
  const Outcome outcome = RunToEnd(Inside({"/bin/sh", "-c", "ip " + arguments}));
  EXPECT_EQ(outcome.exit_code, 0) << "ip " << arguments << ": " << outcome.err;
}

Wire::Wire() {
  test_support::Ip("link add here type veth peer name there");
  test_support::Ip("link set there netns " + other_.pid());
  test_support::Ip(std::string("addr add ") + kHere + "/24 dev here");
  test_support::Ip("link set here up");
  other_.Ip(std::string("addr add ") + kThere + "/24 dev there");
  other_.Ip("link set there up");
}

}  // namespace trafrec::test_support
