#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace trafrec {
namespace {

using test_support::Outcome;
using test_support::RunToEnd;
using test_support::TemporaryFolder;
using testing::HasSubstr;

/// Of 10: what a service may do beyond what its work takes. Most of what is left is the network,
/// which it looks at.
constexpr const char* kExposureMax = "1.6";

std::string UnitText() {
  std::ostringstream text;
  text << std::ifstream(TRAFREC_UNIT).rdbuf();
  return text.str();
}

/// systemd wants to see the program that a unit starts; it is not installed here.
std::string UnitOfTheBuiltBinary(const TemporaryFolder& folder) {
  return folder.Write(
      "trafrec.service",
      std::regex_replace(UnitText(), std::regex("/usr/bin/trafrec"), TRAFREC_BINARY));
}

Outcome Analyze(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {"/usr/bin/systemd-analyze", "--no-pager"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return RunToEnd(command);
}

TEST(Unit, SystemdFindsNothingToCorrect) {
  const TemporaryFolder folder;
  const Outcome outcome = Analyze({"verify", "--man=no", UnitOfTheBuiltBinary(folder)});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out + outcome.err, "");
}

TEST(Unit, AMisspeltLineWouldBeFound) {
  const TemporaryFolder folder;
  const std::string unit = folder.Write(
      "trafrec.service", std::regex_replace(UnitText(), std::regex("WatchdogSec"), "WatchdogSecs"));
  EXPECT_THAT(Analyze({"verify", "--man=no", unit}).err, HasSubstr("WatchdogSecs"));
}

TEST(Unit, IsExposedNoMoreThanItsWorkTakes) {
  const TemporaryFolder folder;
  // The threshold is in tenths.
  std::string tenths = kExposureMax;
  std::erase(tenths, '.');
  const Outcome outcome = Analyze(
      {"security", "--offline=true", "--threshold=" + tenths, UnitOfTheBuiltBinary(folder)});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
}

}  // namespace
}  // namespace trafrec
