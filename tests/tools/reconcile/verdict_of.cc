#include "tests/tools/reconcile/verdict_of.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "tests/tools/run_trafrec.h"

namespace trafrec::test_support {

std::vector<nlohmann::json> VerdictsOf(const SourceLog& source,
                                       const std::vector<std::string>& more) {
  const TemporaryFolder folder;
  std::vector<std::string> words = {"reconcile", source.RecordedInto(folder), "--dialect", "search",
                                    "--json"};
  words.insert(words.end(), more.begin(), more.end());
  const Outcome outcome = Trafrec(words);
  EXPECT_EQ(outcome.err, "");
  std::vector<nlohmann::json> verdicts;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) {
    auto object = nlohmann::json::parse(line);
    if (object.contains("verdict")) {
      verdicts.push_back(std::move(object));
    }
  }
  return verdicts;
}

nlohmann::json VerdictOf(const SourceLog& source, const std::vector<std::string>& more) {
  const TemporaryFolder folder;
  std::vector<std::string> words = {"reconcile", source.RecordedInto(folder), "--dialect", "search",
                                    "--json"};
  words.insert(words.end(), more.begin(), more.end());
  const Outcome outcome = Trafrec(words);
  EXPECT_EQ(outcome.err, "");
  // Notes come behind it.
  const std::string verdicts = outcome.out.substr(0, outcome.out.find("{\"note\":"));
  EXPECT_EQ(std::ranges::count(verdicts, '\n'), 1) << outcome.out;
  return nlohmann::json::parse(verdicts);
}

}  // namespace trafrec::test_support
