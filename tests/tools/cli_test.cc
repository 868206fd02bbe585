#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "tests/tools/run_trafrec.h"
#include "tools/log_making.h"
#include "tools/progress.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::Shell;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const std::vector<std::string> kCommands = {
    "record", "show",       "export", "stats",       "verify",  "commit",   "keygen", "sentinel",
    "ctl",    "watermarks", "config", "completions", "man",     "version",  "sql",    "patterns",
    "import", "overlay",    "dlq",    "replay",      "compare", "reconcile"};

std::set<std::string> LongOptions(const std::string& text) {
  static const std::regex kOption("--[a-z][a-z-]*");
  std::set<std::string> options;
  for (std::sregex_iterator it(text.begin(), text.end(), kOption), end; it != end; ++it) {
    options.insert(it->str());
  }
  return options;
}

/// The options that a command's --help declares: at the beginning of a line.
std::set<std::string> DeclaredOptions(const std::string& command) {
  std::set<std::string> options;
  std::istringstream lines(Trafrec({command, "--help"}).out);
  static const std::regex kLine("^ +(?:-[a-zA-Z], )?(--[a-z-]+).*");
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, kLine)) {
      options.insert(match[1]);
    }
  }
  return options;
}

TEST(Cli, HelpListsEveryCommand) {
  const Outcome outcome = Trafrec({"--help"});
  EXPECT_EQ(outcome.exit_code, 0);
  for (const std::string& command : kCommands) {
    EXPECT_THAT(outcome.out, HasSubstr("\n  " + command + " ")) << command;
  }
}

TEST(Cli, EachCommandHasHelpWithExamples) {
  for (const std::string& command : kCommands) {
    const Outcome outcome = Trafrec({command, "--help"});
    EXPECT_EQ(outcome.exit_code, 0) << command;
    EXPECT_THAT(outcome.out, AllOf(HasSubstr("Usage: trafrec " + command), HasSubstr("Examples:")))
        << command;
    EXPECT_EQ(outcome.err, "");
  }
}

TEST(Cli, HelpFitsTheWidth) {
  for (const std::string& command : kCommands) {
    std::istringstream lines(
        Trafrec({command, "--help"}, {.environment = {{"COLUMNS", "80"}}}).out);
    bool examples = false;
    for (std::string line; std::getline(lines, line);) {
      examples = examples || line == "Examples:";
      if (!examples) {
        EXPECT_LE(DisplayWidth(line), 80U) << command << ": " << line;
      }
    }
  }
}

TEST(Cli, WithoutACommandOrWithAWrongOneItIsAUsageError) {
  EXPECT_EQ(Trafrec({}).exit_code, 2);
  const Outcome outcome = Trafrec({"recrod"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("did you mean record?"));
}

TEST(Cli, BehindACommandAnotherOnesNameIsAWord) {
  const Outcome outcome = Trafrec({"show", "export"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("there is no log export"));
}

TEST(Cli, AValueThatAnOptionDoesNotTakeIsNamedWithThoseThatItTakes) {
  EXPECT_THAT(Trafrec({"replay", "LOG", "--order", "fast"}).err,
              HasSubstr("--order: 'fast' is none of causal, connection, none"));
  EXPECT_THAT(Trafrec({"replay", "LOG", "--tries", "0"}).err,
              HasSubstr("--tries: '0' is no whole number from 1 to 1,000"));
  EXPECT_THAT(Trafrec({"replay", "LOG", "--tries", "7x"}).err,
              HasSubstr("'7x' is no whole number"));
}

TEST(Cli, AnOptionWithoutItsValueOrGivenTwiceIsNamed) {
  EXPECT_THAT(Trafrec({"replay", "LOG", "--to"}).err,
              AllOf(HasSubstr("--to wants a value"), HasSubstr("try: --to URL")));
  EXPECT_THAT(Trafrec({"replay", "LOG", "--run", "a", "--run", "b"}).err,
              HasSubstr("--run is given 2 times, and takes one value"));
}

TEST(Cli, OptionsThatExcludeEachOtherAreBothNamed) {
  EXPECT_THAT(
      Trafrec({"record", "--interface", "lo", "--read", "x.pcap"}).err,
      AllOf(HasSubstr("--interface"), HasSubstr("--read"), HasSubstr("contradict each other")));
}

TEST(Cli, TheVersionIsTheSameEverywhere) {
  const std::string line = Trafrec({"version"}).out;
  EXPECT_THAT(line, StartsWith("trafrec "));
  EXPECT_EQ(Trafrec({"--version"}).out, line);
  const auto json = nlohmann::json::parse(Trafrec({"version", "--json"}).out);
  EXPECT_EQ("trafrec " + json["version"].get<std::string>() + "\n", line);
}

TEST(Cli, TheManPageHasEveryOptionOfHelp) {
  std::string man = std::regex_replace(Trafrec({"man"}).out, std::regex(R"(\\f[BR])"), " ");
  std::erase(man, '\\');
  const std::set<std::string> in_man = LongOptions(man);
  for (const std::string& command : kCommands) {
    for (const std::string& option : DeclaredOptions(command)) {
      EXPECT_TRUE(in_man.contains(option)) << command << " " << option;
    }
  }
}

TEST(Cli, TheBashCompletionsParseAndKnowTheOptions) {
  const Outcome outcome = Shell(
      "trafrec completions bash > /dev/null && trafrec completions bash | bash -n && "
      "bash -c 'source <(trafrec completions bash); COMP_WORDS=(trafrec record --rot); "
      "COMP_CWORD=2; _trafrec; echo ${COMPREPLY[@]}; COMP_WORDS=(trafrec export --format h); "
      "COMP_CWORD=3; _trafrec; echo ${COMPREPLY[@]}'");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "--rotate-bytes --rotate-age\nhar\n");
}

TEST(Cli, CompletionsOfEveryShellHaveEveryOption) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string text = Trafrec({"completions", shell}).out;
    for (const std::string& command : kCommands) {
      for (const std::string& option : DeclaredOptions(command)) {
        const std::string name = std::string(shell) == "fish" ? "-l " + option.substr(2) : option;
        EXPECT_THAT(text, HasSubstr(name)) << shell << " " << command;
      }
    }
  }
}

TEST(Cli, CompletionsOfAnUnknownShellAreRefused) {
  EXPECT_EQ(Trafrec({"completions", "tcsh"}).exit_code, 2);
  EXPECT_EQ(Trafrec({"completions"}).exit_code, 2);
}

/// The section of a command in docs/cli.md: from its heading to the next of the same depth.
std::string SectionOf(const std::string& document, const std::string& command) {
  const std::string heading = "\n## trafrec " + command + "\n";
  const size_t begin = document.find(heading);
  if (begin == std::string::npos) {
    return {};
  }
  return document.substr(begin, document.find("\n## ", begin + 4) - begin);
}

TEST(CommandLine, AnOptionThatCannotBeReadIsAnObjectForWhoAsksForJson) {
  const Outcome outcome = Trafrec({"replay", "log", "--json", "--order", "random"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(nlohmann::json::parse(outcome.err)["error"]["what"].get<std::string>(),
              HasSubstr("random"));
}

TEST(CommandLine, AnEmptyShareOfTheTrafficIsNoShare) {
  const Outcome outcome =
      Trafrec({"replay", "log", "--to", "http://127.0.0.1:9", "--dry-run", "--sample", ""});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--sample"));
}

TEST(Document, NamesTheOptionsOfEachCommandAndNoOthers) {
  std::ostringstream document;
  document << std::ifstream(TRAFREC_SOURCE_DIR "/docs/cli.md").rdbuf();
  const std::set<std::string> common = {"--help", "--config"};
  for (const std::string& command : kCommands) {
    const std::string section = SectionOf(document.str(), command);
    ASSERT_NE(section, "") << command;
    std::set<std::string> documented;
    std::istringstream lines(section);
    static const std::regex kRow("^\\| `(?:-[a-zA-Z], )?(--[a-z-]+).*");
    for (std::string line; std::getline(lines, line);) {
      std::smatch match;
      if (std::regex_match(line, match, kRow)) {
        documented.insert(match[1]);
      }
    }
    std::set<std::string> declared = DeclaredOptions(command);
    for (const std::string& option : common) {
      declared.erase(option);
    }
    EXPECT_EQ(documented, declared) << command;
  }
}

TEST(RecorderName, TheHostsNameBecomesAValidOne) {
  EXPECT_EQ(DefaultRecorderName("Web-1.example.COM"), "web-1.example.com");
  EXPECT_EQ(DefaultRecorderName("_my host"), "my-host");
  EXPECT_EQ(DefaultRecorderName("---"), "recorder");
  EXPECT_EQ(DefaultRecorderName(""), "recorder");
  EXPECT_EQ(DefaultRecorderName(std::string(100, 'a')).size(), 63U);
}

TEST(Progress, TheBarFitsTheTerminalAndSaysWhatIsLeft) {
  capture::RecorderProgress before;
  capture::RecorderProgress now;
  now.bytes_read = 50 << 20;
  now.bytes_total = 100 << 20;
  now.exchanges = 1'000;
  const std::string line = BarLine(before, now, 1.0, 10.0, 79);
  EXPECT_LE(DisplayWidth(line), 79U);
  EXPECT_THAT(line, AllOf(StartsWith("[############------------]  50%"), HasSubstr("50 MiB/s"),
                          HasSubstr("1,000 exchanges/s"), HasSubstr("10 s left")));
}

TEST(Progress, WithoutATotalThereIsNoBar) {
  capture::RecorderProgress now;
  now.bytes_read = 1'024;
  EXPECT_THAT(BarLine({}, now, 1.0, 1.0, 79), StartsWith("1 KiB read"));
}

TEST(Progress, TheLiveLineHasRatesLossAndLags) {
  capture::RecorderProgress before;
  capture::RecorderProgress now;
  now.packets = 2'000;
  now.exchanges = 100;
  now.kernel_drops = 20;
  now.reassembly_lag_ns = 3'000'000;
  now.store_lag_ns = 110'000'000;
  EXPECT_THAT(LiveLine(before, now, 2.0),
              AllOf(HasSubstr("1,000 packets/s"), HasSubstr("50 exchanges/s"),
                    HasSubstr("lost 20 (1.0%)"), HasSubstr("lag 3 ms, store 110 ms")));
}

TEST(Developer, HelpIsPrintedBeforeAnythingIsDone) {
  for (const char* command : {"lint", "build", "soak", "migrate-demo"}) {
    const Outcome outcome =
        test_support::RunToEnd({"/bin/bash", TRAFREC_SOURCE_DIR "/tools/dev", command, "--help"});
    EXPECT_EQ(outcome.exit_code, 0) << command;
    EXPECT_THAT(outcome.out, StartsWith("usage: tools/dev COMMAND")) << command;
  }
}

TEST(Developer, LintRefusesWhatItDoesNotKnow) {
  const Outcome outcome =
      test_support::RunToEnd({"/bin/bash", TRAFREC_SOURCE_DIR "/tools/dev", "lint", "--fix"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("--quick"));
  EXPECT_EQ(outcome.out, "");
}

}  // namespace
}  // namespace trafrec::tools
