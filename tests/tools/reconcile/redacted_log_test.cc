#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/run_trafrec.h"

// Logs in which tokens, or other numbers, stand where requests and answers name documents. Nothing
// of it may be taken for what it is not.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::SourceLog;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kBulk2 = "{\"index\":{\"_index\":\"idx\",\"_id\":\"2\"}}\n{\"a\":2}\n";

class RedactedLog : public testing::Test {
 protected:
  struct Said {
    std::vector<json> verdicts;
    std::vector<json> missing;
    std::vector<json> notes;

    /// Verdicts that are not unknown, and rest on something else than the wire.
    std::vector<json> beyond_the_wire() const {
      std::vector<json> beyond;
      for (const json& each : verdicts) {
        if (each["verdict"] != "unknown" && each["evidence"][0]["kind"] != "wire") {
          beyond.push_back(each);
        }
      }
      return beyond;
    }
  };

  /// What reconcile says of the source, recorded with more options.
  Said Of(const SourceLog& source, const std::vector<std::string>& options) {
    std::vector<std::string> more{"--redaction-key", folder_ / "redaction.key"};
    more.insert(more.end(), options.begin(), options.end());
    const std::string log = source.RecordedInto(folder_, std::to_string(++logs_), more);
    const Outcome outcome = Trafrec({"reconcile", log, "--dialect", "search", "--json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    Said said;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) {
      json object = json::parse(line);
      (object.contains("verdict")   ? said.verdicts
       : object.contains("missing") ? said.missing
                                    : said.notes)
          .push_back(std::move(object));
    }
    return said;
  }

  TemporaryFolder folder_;
  int logs_ = 0;
};

/// A bulk between two documents that are put by their paths: with ids replaced, it is of another.
SourceLog BulkBetween() {
  SourceLog source;
  source.AsksWho()
      .MakesIndex()
      .Puts("1", 0)
      .Exchange("POST", "/_bulk", kBulk2, "200 OK",
                R"({"took":1,"errors":false,"items":[{"index":{"_index":"idx","_id":"2",)"
                R"("_version":1,"result":"created","_seq_no":1,"_primary_term":1,"status":201}}]})")
      .Waits(10 * kNsPerSecond)
      .Unanswered("PUT", "/idx/_doc/2", R"({"a":3})")
      .Waits(10 * kNsPerSecond)
      .Puts("3", 3);
  return source;
}

TEST_F(RedactedLog, WithoutRedactionItsQuestionIsDecided) {
  const Said said = Of(BulkBetween(), {});
  EXPECT_THAT(said.beyond_the_wire(), SizeIs(1));
  EXPECT_THAT(said.notes, IsEmpty());
}

TEST_F(RedactedLog, WhereItReplacedWhatAnswersNameNothingIsDecidedAndNothingMissing) {
  for (const char* pointer :
       {"/_id", "/**/_id", "/*/_id", "/items/*/*/_id", "/**/_index", "/**/_seq_no", "/**/_version",
        "/**/result", "/**/status", "/**/found", "/*", "/items"}) {
    const Said said = Of(BulkBetween(), {"--redact-json", pointer});
    EXPECT_THAT(said.beyond_the_wire(), IsEmpty()) << pointer;
    EXPECT_THAT(said.missing, IsEmpty()) << pointer;
    ASSERT_THAT(said.notes, SizeIs(1)) << pointer;
    EXPECT_EQ(said.notes[0]["about"], "log") << pointer;
    EXPECT_THAT(said.notes[0]["note"].get<std::string>(), HasSubstr("nothing but the wire"));
  }
}

TEST_F(RedactedLog, WhereItReplacedFieldsOfDocumentsNumbersStillDecide) {
  for (const char* pointer : {"/a", "/**/a", "/_source", "/password"}) {
    const Said said = Of(BulkBetween(), {"--redact-json", pointer});
    EXPECT_THAT(said.beyond_the_wire(), SizeIs(1)) << pointer;
    EXPECT_THAT(said.notes, IsEmpty()) << pointer;
  }
}

TEST_F(RedactedLog, ATokenInPlaceOfANumberIsNotWhatAMappingRefuses) {
  SourceLog source;
  source.AsksWho()
      .Exchange("PUT", "/idx",
                R"({"settings":{"index":{"number_of_shards":1}},)"
                R"("mappings":{"properties":{"a":{"type":"long"}}}})",
                "200 OK", R"({"acknowledged":true,"shards_acknowledged":true,"index":"idx"})")
      .Puts("1", 0)
      .Waits(10 * kNsPerSecond)
      .Abandoned("PUT", "/idx/_doc/2", R"({"a":"17"})");
  const Said said = Of(source, {"--redact-json", "/a"});
  ASSERT_THAT(said.verdicts, SizeIs(1));
  EXPECT_EQ(said.verdicts[0]["verdict"], "unknown") << said.verdicts[0];
}

TEST_F(RedactedLog, BooleansThatBecameAlikeAreNotTheSameSource) {
  SourceLog source;
  source.AsksWho().MakesIndex();
  for (const char* body : {R"({"flag":false})", R"({"flag":true})"}) {
    source.Waits(10 * kNsPerSecond).Exchange("PUT", "/things/7", body, "200 OK", "{}");
  }
  source.Waits(10 * kNsPerSecond)
      .Exchange("GET", "/things/7", "", "200 OK", R"({"flag":true})")
      .Waits(10 * kNsPerSecond)
      .Unanswered("PUT", "/things/7", R"({"flag":false})")
      .Waits(10 * kNsPerSecond)
      .Exchange("GET", "/things/7", "", "200 OK", R"({"flag":false})");
  const std::string log = source.RecordedInto(
      folder_, "service", {"--redact-json", "/flag", "--redaction-key", folder_ / "redaction.key"});
  const Outcome outcome = Trafrec({"reconcile", log, "--dialect", "http", "--json"});
  const json verdict = json::parse(outcome.out.substr(0, outcome.out.find('\n')));
  EXPECT_EQ(verdict["verdict"], "unknown") << verdict;
}

TEST_F(RedactedLog, AParameterThatWasReplacedLeavesRequestsUnknown) {
  SourceLog source;
  source.AsksWho()
      .MakesIndex()
      .Puts("1", 0)
      .Waits(10 * kNsPerSecond)
      .Unanswered("PUT", "/idx/_doc/2?op_type=create", R"({"a":2})")
      .Waits(10 * kNsPerSecond)
      .Puts("3", 2);
  EXPECT_THAT(Of(source, {}).beyond_the_wire(), SizeIs(1));
  EXPECT_THAT(Of(source, {"--redact-query", "op_type"}).beyond_the_wire(), IsEmpty());
}

TEST_F(RedactedLog, ABulkWhoseBodyWasWithheldMayHaveTakenTheNumbers) {
  SourceLog source;
  source.AsksWho()
      .MakesIndex()
      .Puts("1", 0)
      .Exchange("POST", "/_bulk", std::string(kBulk2) + "no JSON\n", "200 OK",
                R"({"took":1,"errors":false,"items":[{"index":{"_index":"idx","_id":"2",)"
                R"("_version":1,"result":"created","_seq_no":1,"_primary_term":1,"status":201}}]})")
      .Waits(10 * kNsPerSecond)
      .Puts("3", 2);
  const Said said = Of(source, {"--redact-json", "/password"});
  EXPECT_THAT(said.missing, IsEmpty());
}

}  // namespace
}  // namespace trafrec::tools
