#include "tools/compare/repeat_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "replay/dialect/dialect.h"
#include "tests/tools/compare/replayed_log.h"

namespace trafrec::tools {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// Numbers of the exchanges of each pair, from 1.
std::vector<std::pair<uint64_t, uint64_t>> Repeats(const std::vector<std::string>& requests,
                                                   const char* dialect = "search") {
  const test_support::ReplayedLog log(
      requests, [](const std::string&) { return test_support::HttpAnswer("200 OK", "{}"); });
  const auto reader = store::LogReader::Open(log.log()).value();
  RepeatPairs pairs(*reader, *dialect::FindDialect(dialect));
  std::vector<std::pair<uint64_t, uint64_t>> found;
  EXPECT_TRUE(pairs
                  .Run([&](const RowPair& pair) {
                    found.emplace_back(pair.source.id.number, pair.result.id.number);
                    return true;
                  })
                  .has_value());
  return found;
}

TEST(RepeatPairs, EachRequestIsPairedWithTheLastOneLikeIt) {
  EXPECT_THAT(Repeats({"/i/_search?q=a", "/i/_search?q=b", "/i/_search?q=a", "/i/_search?q=a"}),
              ElementsAre(Pair(1, 3), Pair(3, 4)));
}

TEST(RepeatPairs, NotIfWhatItReadsWasWrittenInBetween) {
  EXPECT_THAT(Repeats({"/i/_search", "PUT /i/_doc/1", "/i/_search"}), IsEmpty());
  EXPECT_THAT(Repeats({"/i/_search", "PUT /j/_doc/1", "/i/_search"}), ElementsAre(Pair(1, 3)));
  EXPECT_THAT(Repeats({"/_all/_search", "PUT /j/_doc/1", "/_all/_search"}), IsEmpty());
}

TEST(RepeatPairs, OfPlainHttpAnyWriteMayChangeIt) {
  EXPECT_THAT(Repeats({"/a", "PUT /b", "/a", "/a"}, "http"), ElementsAre(Pair(3, 4)));
}

}  // namespace
}  // namespace trafrec::tools
