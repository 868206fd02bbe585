#include "replay/census/counting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "replay/census/limits.h"

namespace trafrec::census {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

message::Answer Answer(int status, const std::string& body) {
  message::Answer answer;
  answer.status = status;
  answer.body = body;
  return answer;
}

TEST(Counting, ReadsDocumentsByIndex) {
  const Counted counted = ReadCounts(
      Answer(200, R"({"took":1,"_shards":{"total":2,"failed":0},"aggregations":{"indices":{)"
                  R"("sum_other_doc_count":0,"buckets":[{"key":"a","doc_count":7},)"
                  R"({"key":"b","doc_count":0}]}}})"));
  ASSERT_TRUE(counted) << counted.error();
  EXPECT_THAT(*counted, ElementsAre(Pair("a", 7), Pair("b", 0)));
}

TEST(Counting, ATargetWithoutIndicesHasNoDocuments) {
  const Counted counted = ReadCounts(Answer(200, R"({"_shards":{"total":0,"failed":0}})"));
  ASSERT_TRUE(counted) << counted.error();
  EXPECT_THAT(*counted, IsEmpty());
}

TEST(Counting, WhatIsIncompleteIsNotTakenForAll) {
  for (const auto& [body, why] : std::initializer_list<std::pair<const char*, const char*>>{
           {R"({"_shards":{"total":3,"failed":2},"aggregations":{"indices":{"buckets":[]}}})",
            "2 of its shards did not answer"},
           {R"({"_shards":{"total":3,"failed":0},"aggregations":{"indices":{)"
            R"("sum_other_doc_count":1,"buckets":[]}}})",
            "more than 5000 indices"},
           {R"({"_shards":{"total":3,"failed":0}})", "does not count by index"},
           {"<html>", "something else"}}) {
    const Counted counted = ReadCounts(Answer(200, body));
    ASSERT_FALSE(counted) << body;
    EXPECT_THAT(counted.error(), HasSubstr(why));
  }
  EXPECT_THAT(ReadCounts(Answer(403, "{}")).error(), HasSubstr("does not allow it (403)"));
}

TEST(Counting, NamesOfManyIndicesAreRefreshedInRequestsThatAnEngineTakes) {
  const std::vector<std::string> names(1'000, std::string(100, 'a'));
  const auto requests = RefreshRequests(names);
  size_t commas = 0;
  for (const message::Request& request : requests) {
    EXPECT_LT(request.target.size(), 2 * limits::kPathBytes);
    commas += static_cast<size_t>(std::ranges::count(request.target, ','));
  }
  EXPECT_EQ(commas + requests.size(), names.size());
}

TEST(Counting, ANameIsPutIntoAPathAsPathsAskFor) {
  EXPECT_THAT(RefreshRequests({"a b", "c"})[0].target,
              AllOf(HasSubstr("/a%20b,c/_refresh?"), HasSubstr("ignore_unavailable=true")));
}

}  // namespace
}  // namespace trafrec::census
