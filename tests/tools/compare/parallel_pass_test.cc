#include "tools/compare/parallel_pass.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/reader/exchange_id.h"
#include "tests/tools/compare/replayed_log.h"

namespace trafrec::tools {
namespace {

using test_support::HttpAnswer;
using test_support::ReplayedLog;

constexpr int kExchanges = 200;
constexpr size_t kBatchPairs = 7;

std::string Echo(const std::string& path) { return HttpAnswer("200 OK", "\"" + path + "\""); }

class ParallelPassTest : public testing::Test {
 protected:
  /// The results in the order in which they are counted.
  std::vector<std::string> Count(unsigned threads) const {
    std::vector<std::string> counted;
    const Sides sides = OpenSides({.folders = {log_.log()}}, run_).value();
    AnswerPairs pairs(sides);
    ParallelPass pass(
        {.open_source = [&] { return store::LogReader::Open(log_.log()); },
         .open_run = [&] { return store::LogReader::Open(run_); },
         .compare =
             [](const store::StoredExchange& asked, const store::StoredExchange& result) {
               EXPECT_EQ(asked.response->body, result.response->body);
               return compare::Compared{.shape{},
                                        .source = store::FormatExchangeId(asked.row.id),
                                        .result = store::FormatExchangeId(result.row.id),
                                        .differences{}};
             },
         .count = [&](const compare::Compared& pair) { counted.push_back(pair.result); },
         .unreadable = [](const Error&) { ADD_FAILURE(); }},
        threads, kBatchPairs);
    EXPECT_TRUE(
        pass.Run([&](const AnswerPairs::Visitor& visit) { return pairs.Run(visit); }).has_value());
    return counted;
  }

  std::vector<std::string> Results() const {
    std::vector<std::string> ids;
    const auto run = store::LogReader::Open(run_).value();
    EXPECT_TRUE(run->Visit({},
                           [&](const store::ExchangeRow& row) {
                             ids.push_back(store::FormatExchangeId(row.id));
                             return true;
                           })
                    .has_value());
    return ids;
  }

  const ReplayedLog log_{test_support::NumberedPaths(kExchanges), Echo};
  const std::string run_ = log_.Replay("run", Echo);
};

TEST_F(ParallelPassTest, PairsAreCountedInTheRunsOrderWhateverTheNumberOfThreads) {
  const std::vector<std::string> expected = Results();
  EXPECT_EQ(expected.size(), size_t{kExchanges});
  for (const unsigned threads : {1U, 2U, 5U}) {
    EXPECT_EQ(Count(threads), expected) << threads;
  }
}

}  // namespace
}  // namespace trafrec::tools
