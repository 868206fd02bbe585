#include "replay/dialect/rest_table.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

#include "tests/replay/dialect/understood.h"

namespace trafrec::dialect {
namespace {

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

/// "/{index}/_doc/{id}" as a client would send it.
std::string Example(std::string_view path) {
  std::string out;
  for (size_t at = 0; at < path.size(); ++at) {
    if (path[at] == '{') {
      const size_t end = path.find('}', at);
      out += "some-" + std::string(path.substr(at + 1, end - at - 1));
      at = end;
    } else {
      out += path[at];
    }
  }
  return out;
}

TEST(RestTable, EveryRowHasMethodsAndReleases) {
  for (const RestPath& row : RestPaths()) {
    for (const std::string& method : Words(row.methods)) {
      EXPECT_THAT(method, testing::AnyOf("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"))
          << row.path;
    }
    for (const std::string& release : Words(row.releases)) {
      EXPECT_THAT(release, testing::AnyOf("e6", "e7", "e8", "e9", "o")) << row.path;
    }
    EXPECT_FALSE(row.releases.empty()) << row.path;
  }
}

TEST(RestTable, EveryPathBeginsAtTheRoot) {
  for (const RestPath& row : RestPaths()) {
    EXPECT_TRUE(row.path.starts_with('/')) << row.path;
  }
}

TEST(RestTable, NoPathAndMethodStandsTwice) {
  std::set<std::string> seen;
  for (const RestPath& row : RestPaths()) {
    for (const std::string& method : Words(row.methods)) {
      EXPECT_TRUE(seen.insert(method + " " + std::string(row.path)).second)
          << method << " " << row.path;
    }
  }
  EXPECT_GT(seen.size(), 1'300U);
}

TEST(RestTable, EveryPathAndMethodOfBothProductsIsKnown) {
  for (const RestPath& row : RestPaths()) {
    for (const std::string& method : Words(row.methods)) {
      const std::string line = method + " " + Example(row.path);
      const Meaning meaning = Understood(line, "{}\n");
      EXPECT_TRUE(meaning.known()) << line;
      EXPECT_EQ(meaning.api, row.api) << line << " is taken for " << meaning.path;
    }
  }
}

TEST(RestTable, WhatOnlyReadsWritesNothing) {
  for (const RestPath& row : RestPaths()) {
    const bool reads = row.kind == Kind::kGet || row.kind == Kind::kMultiGet ||
                       row.kind == Kind::kSearch || row.kind == Kind::kMultiSearch ||
                       row.kind == Kind::kInspect || row.kind == Kind::kOpenContext;
    const std::string line = Words(row.methods)[0] + " " + Example(row.path);
    const Meaning meaning = Understood(line, "{}\n");
    EXPECT_EQ(meaning.mutation, IsMutation(row.kind) && !meaning.operations.empty()) << line;
    for (const std::string& key : KeysOf(meaning)) {
      EXPECT_FALSE(reads && key.starts_with("w ")) << line << ": " << key;
    }
  }
}

TEST(RestTable, NoSafeMethodIsAMutation) {
  for (const RestPath& row : RestPaths()) {
    if (row.Allows("GET") || row.Allows("HEAD")) {
      EXPECT_FALSE(IsMutation(row.kind)) << row.methods << " " << row.path;
    }
  }
}

TEST(RestTable, ALiteralSegmentIsNoName) {
  EXPECT_EQ(Understood("GET /_search").path, "/_search");
  EXPECT_EQ(Understood("GET /logs/_search").path, "/{index}/_search");
  EXPECT_EQ(Understood("GET /_all/_search").path, "/{index}/_search");
}

TEST(RestTable, APathThatEndsInAWordIsPreferred) {
  EXPECT_EQ(Understood("GET /logs/_doc/_search").api, "search");
  EXPECT_EQ(Understood("POST /logs/_doc/_bulk").api, "bulk");
}

TEST(RestTable, WordsAreComparedAsTheyWereSent) {
  EXPECT_FALSE(Understood("GET /logs/%5Fcount").known());
  EXPECT_EQ(Understood("PUT /logs/%5Fdoc/1").api, "index");
}

TEST(RestTable, AnEmptySegmentIsNoName) { EXPECT_FALSE(Understood("GET /logs//_count").known()); }

TEST(RestTable, AnUnknownPathIsNotTakenForAnIndex) {
  const Meaning meaning = Understood("POST /_unheard/of/7");
  EXPECT_FALSE(meaning.known());
  EXPECT_EQ(meaning.path, "/_unheard/{}/{}");
  EXPECT_THAT(KeysOf(meaning), testing::ElementsAre("w cluster"));
}

TEST(RestTable, AnotherMethodOnAKnownPathIsUnknownUnderThatPath) {
  const Meaning meaning = Understood("DELETE /logs/_search");
  EXPECT_FALSE(meaning.known());
  EXPECT_EQ(meaning.path, "/{index}/_search");
}

TEST(RestTable, AnUnknownReadIsOrderedLikeAWriteButIsNoMutation) {
  const Meaning meaning = Understood("GET /_unheard");
  EXPECT_FALSE(meaning.mutation);
  EXPECT_THAT(KeysOf(meaning), testing::ElementsAre("w cluster"));
}

TEST(RestTable, OptionsAsksForMethodsOnly) {
  const Meaning meaning = Understood("OPTIONS /logs/_bulk");
  EXPECT_EQ(meaning.api, "options");
  EXPECT_FALSE(meaning.mutation);
}

TEST(RestTable, PluginsAnswerToTheirOldName) {
  EXPECT_EQ(Understood("GET /_opendistro/_security/api/roles").api, "security.get_roles");
}

}  // namespace
}  // namespace trafrec::dialect
