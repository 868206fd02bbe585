#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "store/db/database.h"
#include "store/reader/exchange_id.h"
#include "tests/support/temporary_folder.h"
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

const std::string kFirst = store::FormatExchangeId({.recorder = "test", .attempt = 1, .number = 1});

std::string WithSecret(const std::string& secret) {
  return HttpAnswer("200 OK", R"({"name":"a","secret":")" + secret + R"("})");
}

TEST(CompareBadInput, ValuesThatRedactionReplacedAreCountedAndNoDifference) {
  const test_support::TemporaryFolder keys;
  const ReplayedLog log(NumberedPaths(kExchanges),
                        [](const std::string&) { return WithSecret("old"); },
                        {"--redact-json", "/secret", "--redaction-key", keys / "key"});
  const std::string run = log.Replay("run", [](const std::string&) { return WithSecret("new"); });
  const std::string page = log.folder() / "page.html";
  const Outcome outcome =
      Trafrec({"compare", log.log(), run, "--dialect", "http", "--json", "--html", page});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(json::parse(outcome.out)["redacted"], kExchanges);
  EXPECT_THAT(test_support::Shell("cat " + page).out, HasSubstr("3 values, redacted on one side"));
  const Outcome one = Trafrec({"compare", "explain", log.log(), run, kFirst, "--all"});
  EXPECT_THAT(one.out, HasSubstr("1 value is redacted on one side, and not compared"));
  EXPECT_THAT(one.out, HasSubstr("~ -   \"secret\": \"redacted-"));
  EXPECT_THAT(one.out, HasSubstr("~ +   \"secret\": \"new\""));
}

TEST(CompareBadInput, WhatRedactionWithheldIsNotCompared) {
  const test_support::TemporaryFolder keys;
  const auto text = [](const std::string&) { return HttpAnswer("200 OK", "a", "text/plain"); };
  const ReplayedLog log(NumberedPaths(kExchanges), text,
                        {"--redact-json", "/secret", "--redaction-key", keys / "key"});
  const Outcome outcome =
      Trafrec({"compare", log.log(), log.Replay("run", text), "--dialect", "http", "--json"});
  EXPECT_EQ(json::parse(outcome.out)["not_compared"]["source_incomplete"], kExchanges);
}

TEST(CompareBadInput, AnEncryptedLogNeedsTheIdentityAndIsComparedWithIt) {
  const test_support::TemporaryFolder keys;
  const std::string key = keys / "audit.key";
  ASSERT_EQ(Trafrec({"keygen", "--for", "encrypt", "--out", key}).exit_code, 0);
  const ReplayedLog log(NumberedPaths(kExchanges), Echo, {"--encrypt-to", key + ".pub"});
  const std::string run = log.Replay("run", Echo, {"--identity", key});
  for (const char* action : {"compare", "explain"}) {
    std::vector<std::string> words = {"compare", log.log(), run, "--dialect", "http"};
    if (action == std::string("explain")) {
      words = {"compare", "explain", log.log(), run, kFirst, "--dialect", "http"};
    }
    const Outcome refused = Trafrec(words);
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_EQ(refused.out, "");
    EXPECT_THAT(refused.err, HasSubstr("it is encrypted\ntry: give --identity KEYFILE"));
    words.insert(words.end(), {"--identity", key});
    EXPECT_EQ(Trafrec(words).exit_code, 0);
  }
}

TEST(CompareBadInput, OfAnEncryptedLogNothingIsKept) {
  const test_support::TemporaryFolder keys;
  const std::string key = keys / "audit.key";
  ASSERT_EQ(Trafrec({"keygen", "--for", "encrypt", "--out", key}).exit_code, 0);
  const ReplayedLog log(NumberedPaths(kExchanges), Echo, {"--encrypt-to", key + ".pub"});
  const std::string run = log.Replay("run", Echo, {"--identity", key});
  ASSERT_EQ(Trafrec({"compare", log.log(), run, "--identity", key}).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(run + "/differences.kept"));
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
