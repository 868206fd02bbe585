#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/reconcile/verdict_of.h"

// What is presumed of a request that the source received whole, and what is not.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::SourceLog;
using test_support::VerdictOf;

/// A document of one text, put without an answer, and nothing that shows it.
SourceLog Put(size_t text_bytes) {
  SourceLog source;
  source.AsksWho()
      .MakesIndex()
      .Puts("1", 0)
      .Unanswered("PUT", "/idx/_doc/2", R"({"a":")" + std::string(text_bytes, 'x') + R"("})")
      .Waits(10 * kNsPerSecond)
      .Exchange("GET", "/_cat/health", "", "200 OK", "{}");
  return source;
}

TEST(PresumedVerdicts, WhatWasReceivedWholeWasCarriedOut) {
  const json verdict = VerdictOf(Put(100));
  EXPECT_EQ(verdict["verdict"], "committed");
  EXPECT_EQ(verdict["grade"], "presumed");
}

TEST(PresumedVerdicts, ATextThatLuceneMayRefuseIsNotPresumedToBeTaken) {
  EXPECT_EQ(VerdictOf(Put(33'000))["verdict"], "unknown");
}

TEST(PresumedVerdicts, ADeletionThatNobodyRecordedIsNoNewDocument) {
  SourceLog source;
  source.AsksWho()
      .MakesIndex()
      .Puts("1", 0)
      .Unanswered("POST", "/idx/_doc", R"({"a":2})")
      .Waits(10 * kNsPerSecond)
      // Made, and yet of version 2: number 1 was taken by the deletion of what was not there.
      .Exchange(
          "PUT", "/idx/_doc/7", R"({"a":3})", "201 Created",
          R"({"_index":"idx","_type":"_doc","_id":"7","_version":2,"result":"created",)"
          R"("_shards":{"total":1,"successful":1,"failed":0},"_seq_no":2,"_primary_term":1})");
  EXPECT_NE(VerdictOf(source)["verdict"], "committed");
}

}  // namespace
}  // namespace trafrec::tools
