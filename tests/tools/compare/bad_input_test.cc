#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "store/db/database.h"
#include "tests/tools/compare/replayed_log.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::HttpAnswer;
using test_support::NumberedPaths;
using test_support::Outcome;
using test_support::ReplayedLog;
using test_support::Trafrec;
using testing::HasSubstr;

constexpr int kExchanges = 3;

std::string Echo(const std::string& path) { return HttpAnswer("200 OK", "\"" + path + "\""); }

TEST(CompareBadInput, AnswersThatAreDamagedAreCountedAndTheFirstIsNamed) {
  const ReplayedLog log(NumberedPaths(kExchanges), Echo);
  const std::string run = log.Replay("run", Echo);
  {
    auto segment = store::db::Database::Open(run + "/replay/0001/000001.sqlite",
                                             store::db::OpenMode::kReadWrite);
    ASSERT_TRUE(segment.has_value());
    ASSERT_TRUE(segment->Execute("UPDATE frame SET data=zeroblob(100)").has_value());
  }
  const Outcome outcome = Trafrec({"compare", log.log(), run, "--dialect", "http", "--json"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(json::parse(outcome.out)["not_compared"]["unreadable"], kExchanges);
  EXPECT_THAT(outcome.err, HasSubstr("not all answers can be read: frame"));
}

TEST(CompareBadInput, JsonThatIsNoneOrTooDeepIsComparedAsText) {
  const std::string deep(5'000, '[');
  const ReplayedLog log({"/none", "/deep"}, [&](const std::string& path) {
    return HttpAnswer("200 OK", path == "/none" ? "{\"a\":" : deep + "1");
  });
  const std::string run = log.Replay("run", [&](const std::string& path) {
    return HttpAnswer("200 OK", path == "/none" ? "{\"a\":1}" : deep + "2");
  });
  const json report = json::parse(Trafrec({"compare", log.log(), run, "--json"}).out);
  EXPECT_EQ(report["differing"], 2);
  for (const json& each : report["differences"]) {
    EXPECT_EQ(each["part"], "line");
  }
  EXPECT_EQ(report["as_text"]["pairs"], 2);
  EXPECT_EQ(report["as_text"]["why"],
            "at the source, byte 5 of the JSON: a value is missing or wrong");
}

TEST(CompareBadInput, ARunWithoutAnExchangeIsARunAllTheSame) {
  const ReplayedLog log(NumberedPaths(kExchanges), Echo);
  const std::string run = log.Replay("run", Echo);
  const std::string empty = log.Replay("empty", Echo, {"--where", "target = '/none'"});
  const Outcome outcome = Trafrec({"compare", empty, run, "--json"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("the two runs sent nothing that is the same"));
}

}  // namespace
}  // namespace trafrec::tools
