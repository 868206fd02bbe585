#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(ConfigCommand, HasEveryOptionOfTheCommand) {
  for (const char* command : {"record", "show", "export"}) {
    const std::string config = Trafrec({"config", "--for", command}).out;
    static const std::regex kOption("\n +(?:-[a-zA-Z], )?--([a-z-]+)");
    const std::string help = Trafrec({command, "--help"}).out;
    for (std::sregex_iterator it(help.begin(), help.end(), kOption), end; it != end; ++it) {
      const std::string name = (*it)[1];
      if (name != "help" && name != "config") {
        EXPECT_THAT(config, HasSubstr("\n#" + name + " = ")) << command;
      }
    }
  }
}

TEST(ConfigCommand, SetsNothingUnlessTold) {
  static const std::regex kSet("\n[a-z]");
  EXPECT_FALSE(std::regex_search(Trafrec({"config"}).out, kSet));
}

TEST(ConfigCommand, ItsDefaultsAreValuesThatTheCommandTakes) {
  const TemporaryFolder folder;
  test_support::WriteSampleCapture(folder / "a.pcap");
  static const std::regex kDefault("\n#([a-z-]+ = (\"[a-z0-9][^\"]*\"|[0-9]+))(?=\n)");
  const std::string config = std::regex_replace(Trafrec({"config"}).out, kDefault, "\n$1");
  ASSERT_THAT(config, AllOf(HasSubstr("\nring = \"64MiB\"\n"), HasSubstr("\nlevel = 1\n")));
  const Outcome outcome = Trafrec({"record", "--read", folder / "a.pcap", "--log", folder / "log",
                                   "--config", folder.Write("recorder.toml", config)});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

TEST(ConfigCommand, WhatIsSetHolds) {
  const TemporaryFolder folder;
  test_support::WriteSampleCapture(folder / "a.pcap");
  const std::string config =
      Trafrec({"config", "--set", "log=" + (folder / "the \"log\"").string(), "--set",
               "recorder=web1", "--set", "level=2", "--set", "keep-secrets=true"})
          .out;
  const Outcome outcome = Trafrec(
      {"record", "--read", folder / "a.pcap", "--config", folder.Write("recorder.toml", config)});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(Trafrec({"show", folder / "the \"log\""}).out, HasSubstr("web1-0001-1"));
}

TEST(ConfigCommand, AnOptionThatIsNotThereIsNamedWithTheNearestOne) {
  const Outcome outcome = Trafrec({"config", "--set", "prt=9200"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("no option 'prt'"), HasSubstr("'port'")));
  EXPECT_EQ(outcome.out, "");
}

TEST(ConfigCommand, AValueThatAConfigFileCannotHoldIsRefused) {
  for (const char* value : {"filter=a\"b'c", "filter=a\nlog = b"}) {
    const Outcome outcome = Trafrec({"config", "--set", value});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("cannot hold"), Not(HasSubstr("\nlog = b"))));
  }
}

TEST(ConfigCommand, AnUnknownCommandIsRefused) {
  const Outcome outcome = Trafrec({"config", "--for", "recrod"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("no command 'recrod'"));
}

}  // namespace
}  // namespace trafrec::tools
