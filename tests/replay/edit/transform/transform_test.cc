#include "replay/edit/transform/transforms.h"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace trafrec::transform {
namespace {

using message::Field;
using nlohmann::json;
using testing::ElementsAre;

message::Request Request(const std::string& line, const json& headers) {
  const size_t blank = line.find(' ');
  message::Request request{.method = line.substr(0, blank),
                           .target = line.substr(blank + 1),
                           .fields = {},
                           .body = {},
                           .trailers = {}};
  for (const json& pair : headers) {
    request.fields.push_back({pair[0], pair[1]});
  }
  return request;
}

/// What a request becomes.
struct After {
  std::string line;
  std::string body;
  std::vector<Field> fields;
  std::vector<std::string> rules;
  std::string drop;
};

After Transformed(const std::string& line, const std::string& body = {},
                  const json& headers = json::array()) {
  const Transform& transform = *FindTransform("es-to-opensearch");
  message::Request request = Request(line, headers);
  Outcome outcome = transform.Apply(request, body);
  After after{.line = request.method + " " + request.target,
              .body = outcome.body.value_or(body),
              .fields = request.fields,
              .rules = {},
              .drop = outcome.drop};
  for (const uint32_t rule : outcome.rules) {
    after.rules.push_back(transform.rules()[rule]);
  }
  return after;
}

std::vector<json> Cases() {
  std::vector<json> cases;
  std::ifstream file(TRANSFORM_CASES);
  for (std::string line; std::getline(file, line);) {
    cases.push_back(json::parse(line));
  }
  return cases;
}

TEST(EsToOpenSearch, MakesOfEachCaseWhatARealNodeTakes) {
  for (const json& one : Cases()) {
    const std::string before = one["before"];
    const std::string body = one.value("body", "");
    const json headers = one.value("headers", json::array());
    SCOPED_TRACE(one.dump());
    const After after = Transformed(before, body, headers);
    EXPECT_THAT(after.rules, ElementsAre(one["rule"].get<std::string>()));
    EXPECT_EQ(!after.drop.empty(), one.value("drop", false));
    if (after.drop.empty()) {
      EXPECT_EQ(after.line, one.value("after", before));
      EXPECT_EQ(after.body, one.value("after_body", body));
      EXPECT_EQ(after.fields, Request(before, one.value("after_headers", headers)).fields);
    }
  }
}

TEST(EsToOpenSearch, EachRuleHasACase) {
  std::set<std::string> shown;
  for (const json& one : Cases()) {
    shown.insert(one["rule"].get<std::string>());
  }
  const std::vector<std::string> rules = FindTransform("es-to-opensearch")->rules();
  EXPECT_EQ(shown, std::set<std::string>(rules.begin(), rules.end()));
}

TEST(EsToOpenSearch, LeavesWhatOpenSearchTakes) {
  for (const auto& [line, body] : std::vector<std::pair<std::string, std::string>>{
           {"PUT /a/_doc/1", R"({"_type":"t","type":"x","query":{"type":{"value":"t"}}})"},
           {"POST /_bulk", "{\"index\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{\"_type\":\"t\"}\n"},
           {"POST /a/_search", R"({"query":{"term":{"type":{"value":"t"}}}})"},
           {"POST /a/_search", R"({"query":{"terms":{"type":["t"]}}})"},
           {"POST /a/_search", R"({"aggs":{"type":{"terms":{"field":"type"}}}})"},
           {"POST /a/_search", R"({"query":{"has_child":{"type":"t","query":{"match_all":{}}}}})"},
           {"PUT /a",
            R"({"mappings":{"properties":{"t":{"properties":{"type":{"type":"long"}}}}}})"},
           {"PUT /a",
            R"({"mappings":{"_source":{"enabled":true},"dynamic":false,"_meta":{"a":{}}}})"},
           {"PUT /a", R"({"settings":{"index.soft_deletes.enabled":true}})"},
           {"PUT /a",
            R"({"settings":{"index.routing.allocation.include._tier_preference":"data_hot"}})"},
           {"PUT /_cluster/settings", R"({"persistent":{"search.max_buckets":1},"transient":{}})"},
           {"GET /_cat/indices?local=true", ""},
           {"POST /a/_flush/synced", ""},
           {"GET /_unheard/of", ""},
           {"PUT /a", "no JSON: _type include_type_name flattened"}}) {
    const After after = Transformed(line, body);
    EXPECT_THAT(after.rules, ElementsAre()) << line << " " << body;
    EXPECT_EQ(after.line, line);
    EXPECT_EQ(after.body, body);
    EXPECT_EQ(after.drop, "");
  }
}

TEST(EsToOpenSearch, SeveralRulesWorkOnOneRequest) {
  const After after = Transformed(
      "PUT /a?include_type_name=true&pretty",
      R"({"settings":{"index.lifecycle.name":"p"},"mappings":{"t":{"_all":{"enabled":false},"properties":{"f":{"type":"flattened"}}}}})",
      json::array(
          {json::array({"Content-Type", "application/vnd.elasticsearch+json;compatible-with=7"})}));
  EXPECT_EQ(after.line, "PUT /a?pretty");
  EXPECT_EQ(after.body,
            R"({"settings":{},"mappings":{"properties":{"f":{"type":"flat_object"}}}})");
  EXPECT_THAT(after.fields, ElementsAre(Field{"Content-Type", "application/json"}));
  EXPECT_THAT(after.rules,
              ElementsAre("compatible-media-types", "include-type-name", "mapping-type-level",
                          "removed-mapping-members", "flattened-fields", "unknown-settings"));
}

TEST(EsToOpenSearch, ATypedBulkIsReadByThePathThatItHad) {
  const After after = Transformed("POST /a/t/_bulk",
                                  "{\"index\":{\"_type\":\"t\",\"_id\":\"1\"}}\n{ \"n\": 1.0 }\n");
  EXPECT_EQ(after.line, "POST /a/_bulk");
  EXPECT_EQ(after.body, "{\"index\":{\"_id\":\"1\"}}\n{ \"n\": 1.0 }\n");
}

TEST(EsToOpenSearch, AMappingOfSeveralTypesIsLeftToBeRefused) {
  const std::string body = R"({"mappings":{"a":{"properties":{}},"b":{"properties":{}}}})";
  EXPECT_EQ(Transformed("PUT /m", body).body, body);
}

TEST(EsToOpenSearch, TheAbsoluteFormKeepsItsHost) {
  EXPECT_EQ(Transformed("PUT http://h:9200/a/t/1?x", "{}").line, "PUT http://h:9200/a/_doc/1?x");
}

TEST(EsToOpenSearch, WhatIsDroppedSaysWhatIsMissing) {
  EXPECT_EQ(Transformed("PUT /_ilm/policy/x", "{}").drop, "OpenSearch has no ilm.put_lifecycle");
}

TEST(Transforms, AnUnknownNameIsNone) { EXPECT_EQ(FindTransform("es-to-solr"), nullptr); }

}  // namespace
}  // namespace trafrec::transform
