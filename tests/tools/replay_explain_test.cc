// What an operation of a search engine would wait for.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/replay/plan/growing_log.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::Trafrec;
using testing::HasSubstr;

std::string CreatedAs(const std::string& id, int64_t seq_no) {
  return R"({"_index":"i","_type":"_doc","_id":")" + id +
         R"(","_version":1,"result":"created","_seq_no":)" + std::to_string(seq_no) +
         R"(,"_primary_term":1})";
}

/// Two writes of the first field of an index that were under way together: a number, then text.
class ReplayExplain : public testing::Test {
 protected:
  void SetUp() override {
    plan::GrowingLog log(folder_ / "log");
    log.Put({.number = 1,
             .target = "/i/_doc/a",
             .body = R"({"n":1})",
             .status = 201,
             .answer = CreatedAs("a", 0),
             .answered_ms = 50});
    log.Put({.number = 2,
             .target = "/i/_doc/b",
             .body = R"({"n":"not a number"})",
             .status = 201,
             .answer = CreatedAs("b", 1),
             .answered_ms = 60});
    log.Close();
  }
  std::string Explained(const std::string& id) const {
    const test_support::Outcome outcome =
        Trafrec({"replay", folder_ / "log", "--to", "http://127.0.0.1:1", "--explain", id});
    return outcome.out + outcome.err;
  }

  const test_support::TemporaryFolder folder_;
};

TEST_F(ReplayExplain, WhatBeganLaterAndGoesFirstIsNamed) {
  EXPECT_THAT(Explained("r-0001-11"),
              HasSubstr("waits for r-0001-12, item 0 (PUT /i/_doc/b): both bring a field"));
}

TEST_F(ReplayExplain, WhatMakesTheMappingWaitsForNothing) {
  EXPECT_THAT(Explained("r-0001-12"), HasSubstr("waits for nothing"));
}

}  // namespace
}  // namespace trafrec::tools
