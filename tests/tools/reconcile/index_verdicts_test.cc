#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/run_trafrec.h"

// Verdicts on requests that make or remove an index, by what later answers show of it.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::SourceLog;
using test_support::TemporaryFolder;
using testing::HasSubstr;

constexpr const char* kExists =
    R"({"error":{"type":"resource_already_exists_exception","reason":"index [new/U] already exists"},)"
    R"("status":400})";
constexpr const char* kGone =
    R"({"error":{"type":"index_not_found_exception","reason":"no such index [new]"},"status":404})";

/// A source that is known to be one, and silent for so long that nothing of before runs any more.
SourceLog Source() {
  SourceLog source;
  source.AsksWho().Waits(10 * kNsPerSecond);
  return source;
}

class IndexVerdicts : public testing::Test {
 protected:
  /// Of the only open request, which is the last but what comes after `Waits`.
  json Verdict(const SourceLog& source) const {
    const std::string log = source.RecordedInto(folder_);
    const test_support::Outcome outcome =
        test_support::Trafrec({"reconcile", log, "--dialect", "search", "--json"});
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(std::ranges::count(outcome.out, '\n'), 1) << outcome.out;
    return json::parse(outcome.out.substr(0, outcome.out.find('\n')));
  }

  TemporaryFolder folder_;
};

TEST_F(IndexVerdicts, AnIndexThatWasNotThereAndIsThenWasMadeByTheOnlyOneWhoCan) {
  const json verdict = Verdict(Source()
                                   .Exchange("GET", "/new", "", "404 Not Found", kGone)
                                   .Unanswered("PUT", "/new", "{}")
                                   .Waits(10 * kNsPerSecond)
                                   .Exchange("PUT", "/new", "{}", "400 Bad Request", kExists));
  EXPECT_EQ(verdict["verdict"], "committed");
  EXPECT_EQ(verdict["grade"], "presumed");
  EXPECT_EQ(verdict["evidence"][0]["kind"], "index");
  EXPECT_THAT(verdict["evidence"][1]["words"].dump(), HasSubstr("recorded: all who change"));
}

TEST_F(IndexVerdicts, AnIndexThatIsNotThereLaterWasNotMade) {
  const json verdict = Verdict(Source()
                                   .Unanswered("PUT", "/new", "{}")
                                   .Waits(10 * kNsPerSecond)
                                   .Exchange("GET", "/new", "", "404 Not Found", kGone));
  EXPECT_EQ(verdict["verdict"], "not_committed");
}

TEST_F(IndexVerdicts, AnAnswerWhileTheRequestMayStillRunIsNoProof) {
  const json verdict = Verdict(Source()
                                   .Unanswered("PUT", "/new", "{}")
                                   .Exchange("GET", "/new", "", "404 Not Found", kGone)
                                   .Waits(10 * kNsPerSecond)
                                   .Exchange("GET", "/_cat/health", "", "200 OK", "{}"));
  EXPECT_EQ(verdict["verdict"], "unknown");
  EXPECT_EQ(verdict["evidence"][0]["kind"], "open");
}

TEST_F(IndexVerdicts, AnIndexThatAWriteMayHaveMadeProvesNothing) {
  const json verdict =
      Verdict(Source()
                  .Exchange("GET", "/new", "", "404 Not Found", kGone)
                  .Unanswered("PUT", "/new", "{}")
                  .Exchange("PUT", "/new/_doc/1", R"({"a":1})", "201 Created",
                            R"({"_index":"new","_id":"1","_version":1,"result":"created",)"
                            R"("_shards":{"total":1,"successful":1,"failed":0},"_seq_no":0,)"
                            R"("_primary_term":1})")
                  .Waits(10 * kNsPerSecond)
                  .Exchange("PUT", "/new", "{}", "400 Bad Request", kExists));
  EXPECT_EQ(verdict["verdict"], "unknown");
}

TEST_F(IndexVerdicts, AnIndexThatWasThereAndIsGoneWasRemovedByTheOnlyOneWhoCan) {
  const json verdict = Verdict(Source()
                                   .MakesIndex()
                                   .Unanswered("DELETE", "/idx", "")
                                   .Waits(10 * kNsPerSecond)
                                   .Exchange("DELETE", "/idx", "", "404 Not Found", kGone));
  EXPECT_EQ(verdict["verdict"], "committed");
}

TEST_F(IndexVerdicts, AnIndexThatIsStillThereWasNotRemoved) {
  const json verdict = Verdict(Source()
                                   .MakesIndex()
                                   .Unanswered("DELETE", "/idx", "")
                                   .Waits(10 * kNsPerSecond)
                                   .Exchange("GET", "/idx", "", "200 OK", R"({"idx":{}})"));
  EXPECT_EQ(verdict["verdict"], "not_committed");
}

TEST_F(IndexVerdicts, OfARemovalByPatternNothingIsSaid) {
  const json verdict = Verdict(Source()
                                   .MakesIndex()
                                   .Unanswered("DELETE", "/id*", "")
                                   .Waits(10 * kNsPerSecond)
                                   .Exchange("GET", "/idx", "", "404 Not Found", kGone));
  EXPECT_EQ(verdict["verdict"], "unknown");
}

TEST_F(IndexVerdicts, EveryUnknownSaysWhatWouldDecideIt) {
  const json verdict = Verdict(Source()
                                   .Unanswered("PUT", "/_template/t", R"({"index_patterns":["a"]})")
                                   .Waits(10 * kNsPerSecond)
                                   .Exchange("GET", "/_cat/health", "", "200 OK", "{}"));
  EXPECT_EQ(verdict["verdict"], "unknown");
  EXPECT_EQ(verdict["evidence"][0]["kind"], "open");
}

}  // namespace
}  // namespace trafrec::tools
