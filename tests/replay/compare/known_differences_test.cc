#include "replay/compare/known_differences.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "replay/compare/answer_compare.h"

namespace trafrec::compare {
namespace {

using Asked = dialect::Kind;
using dialect::HeaderView;

/// Two answers of which each difference has one explanation.
struct Known {
  std::string id;
  std::string api;
  std::string source;
  std::string target;
  Asked kind = Asked::kInspect;
  std::string path{};
  std::vector<HeaderView> source_fields{};
  std::vector<HeaderView> target_fields{};
};

void PrintTo(const Known& known, std::ostream* out) { *out << known.id; }

constexpr const char* kDone = R"({"acknowledged":true})";

/// An error of Elasticsearch or OpenSearch, as all of them write it.
std::string Error(std::string_view type, std::string_view reason) {
  return fmt::format(
      R"({{"error":{{"root_cause":[{{"type":"{0}","reason":"{1}"}}],"type":"{0}","reason":"{1}"}},)"
      R"("status":400}})",
      type, reason);
}

std::string NoHandler(std::string_view path, std::string_view method) {
  return fmt::format(R"({{"error":"no handler found for uri [{}] and method [{}]"}})", path,
                     method);
}

Known Refused(std::string id, std::string api, std::string target) {
  return {.id = std::move(id), .api = std::move(api), .source = kDone, .target = std::move(target)};
}

std::vector<Known> Answers() {
  const std::string illegal = "illegal_argument_exception";
  const std::string mapper = "mapper_parsing_exception";
  return {
      {"type-removed", "get", R"({"_index":"i","_type":"_doc","_id":"1"})",
       R"({"_index":"i","_id":"1"})", Asked::kGet},
      {"type-is-doc", "get", R"({"_index":"i","_type":"t"})", R"({"_index":"i","_type":"_doc"})",
       Asked::kGet},
      {"total-object", "search", R"({"hits":{"total":2,"hits":[]}})",
       R"({"hits":{"total":{"value":2,"relation":"eq"},"hits":[]}})", Asked::kSearch},
      {"total-lower-bound", "search", R"({"hits":{"total":10050,"hits":[]}})",
       R"({"hits":{"total":{"value":10000,"relation":"gte"},"hits":[]}})", Asked::kSearch},
      {"max-score-null", "search", R"({"hits":{"max_score":0.0,"hits":[]}})",
       R"({"hits":{"max_score":null,"hits":[]}})", Asked::kSearch},
      {"bm25-scale", "search",
       R"({"hits":{"max_score":0.18232156,"hits":[{"_index":"i","_id":"1","_score":0.18232156}]}})",
       R"({"hits":{"max_score":0.082873434,"hits":[{"_index":"i","_id":"1","_score":0.082873434}]}})",
       Asked::kSearch},
      {"terminated-early", "scroll", R"({"terminated_early":true,"hits":{"hits":[]}})",
       R"({"hits":{"hits":[]}})", Asked::kUseContext},
      {"mapping-level", "indices.get_mapping",
       R"({"i":{"mappings":{"_doc":{"properties":{"d":{"type":"date"}}}}}})",
       R"({"i":{"mappings":{"properties":{"d":{"type":"date"}}}}})"},
      {"default-shards", "indices.get_settings",
       R"({"i":{"settings":{"index":{"number_of_shards":"5"}}}})",
       R"({"i":{"settings":{"index":{"number_of_shards":"1"}}}})"},
      {"replication-type", "indices.get_settings", R"({"i":{"settings":{"index":{}}}})",
       R"({"i":{"settings":{"index":{"replication":{"type":"DOCUMENT"}}}}})"},
      {"made-with-the-index", "indices.get_settings",
       R"({"i":{"settings":{"index":{"uuid":"lG","creation_date":"1","version":{"created":"7100299"}}}}})",
       R"({"i":{"settings":{"index":{"uuid":"cV","creation_date":"2","version":{"created":"136407927"}}}}})"},
      {"close-answer", "indices.close", kDone,
       R"({"acknowledged":true,"shards_acknowledged":true,"indices":{"i":{"closed":true}}})"},
      {"synced-flush", "indices.flush_synced",
       R"({"_shards":{"total":1},"i":{"total":1,"successful":1,"failed":0}})",
       R"({"_shards":{"total":1}})"},
      {"product-info", "info",
       R"({"name":"a","version":{"number":"7.10.2"},"tagline":"You Know, for Search"})",
       R"({"name":"b","version":{"number":"2.19.1","distribution":"opensearch"},"tagline":"x"})"},
      {"cluster-manager", "cat.nodes", "ip master name\n127.0.0.1 * a\n",
       "ip cluster_manager name\n127.0.0.1 * a\n"},
      {"cluster-manager", "cluster.health", R"({"status":"green"})",
       R"({"status":"green","discovered_master":true,"discovered_cluster_manager":true})"},
      {"ends-early", "search", R"({"hits":{"hits":[]}})",
       R"({"terminated_early":true,"hits":{"hits":[]}})", Asked::kSearch},
      {.id = "type-in-location",
       .api = "index",
       .source = "{}",
       .target = "{}",
       .kind = Asked::kIndex,
       .path = "/{index}/{type}/{id}",
       .source_fields = {{"Location", "/typed/book/0"}},
       .target_fields = {{"location", "/typed/_doc/0"}}},
      {"server-tells", "cat.health", "1795795278 16:01:18 a green\n",
       "1795795278 16:01:18 b green true\n"},
      {"server-tells", "nodes.stats", R"({"nodes":{"a":{"jvm":{}}}})",
       R"({"nodes":{"b":{"jvm":{},"caches":{}}}})"},
      {.id = "types-warning",
       .api = "search",
       .source = "{}",
       .target = "{}",
       .source_fields = {{"Warning",
                          R"(299 Elasticsearch-7.10.2-747e1cc "[types removal] no types")"}}},
      {.id = "warnings",
       .api = "search",
       .source = "{}",
       .target = "{}",
       .source_fields = {{"Warning", R"(299 Elasticsearch-7.10.2-747e1cc "deprecated")"}},
       .target_fields = {{"Warning", R"(299 OpenSearch-2.19.1-2e4741f "soon gone")"}}},
      {.id = "product-header",
       .api = "search",
       .source = "{}",
       .target = "{}",
       .source_fields = {{"X-elastic-product", "Elasticsearch"}}},
      {.id = "media-type",
       .api = "search",
       .source = "{}",
       .target = "{}",
       .source_fields = {{"Content-Type", "application/vnd.elasticsearch+json;compatible-with=8"}},
       .target_fields = {{"Content-Type", "application/json; charset=UTF-8"}}},
      Refused("media-type-refused", "search",
              R"({"error":"Content-Type header [application/vnd.elasticsearch+json; )"
              R"(compatible-with=8] is not supported","status":406})"),
      Refused("api-x-pack", "ilm.get_lifecycle", NoHandler("/_ilm/policy", "GET")),
      {.id = "types-in-paths",
       .api = "index",
       .source = kDone,
       .target = NoHandler("/a/t/2", "PUT"),
       .kind = Asked::kIndex,
       .path = "/{index}/{type}/{id}"},
      Refused("point-in-time", "open_point_in_time", NoHandler("/a/_pit", "POST")),
      Refused("point-in-time", "close_point_in_time",
              Error("invalid_index_name_exception",
                    "Invalid index name [_pit], must not start with '_'.")),
      Refused("include-type-name", "indices.create",
              Error(illegal, "request [/m] contains unrecognized parameter: [include_type_name]")),
      Refused("renamed-parameters", "search",
              Error(illegal,
                    "request [/a/_search] contains unrecognized parameter: [_source_include] -> "
                    "did you mean any of [_source_includes, _source_excludes]?")),
      Refused(
          "removed-parameters", "index",
          Error(illegal,
                "request [/a/_doc/7] contains unrecognized parameter: [list_executed_pipelines]")),
      Refused("types-in-lines", "bulk",
              Error(illegal, "Action/metadata line [1] contains an unknown parameter [_type]")),
      Refused("types-in-lines", "mget",
              Error("parse_exception", "failed to parse multi get request. unknown field [_type]")),
      Refused(
          "types-in-lines", "reindex",
          R"({"error":{"type":"x_content_parse_exception","reason":"[1:34] [reindex] failed to parse field )"
          R"([source]","caused_by":{"type":"parsing_exception","reason":"Unknown key for a VALUE_STRING in )"
          R"([type]."}},"status":400})"),
      Refused("old-metadata-names", "bulk",
              Error(illegal, "Action/metadata line [1] contains an unknown parameter [_routing]")),
      Refused(
          "old-metadata-names", "mget",
          Error("parse_exception", "failed to parse multi get request. unknown field [_routing]")),
      Refused("type-queries", "search", Error("parsing_exception", "unknown query [type]")),
      Refused("types-in-queries", "search",
              Error("parsing_exception", "[1:18] [ids] unknown field [type]")),
      Refused(
          "types-in-queries", "search",
          R"({"error":{"type":"x_content_parse_exception","reason":"[1:63] [bool] failed to parse field )"
          R"([filter]","caused_by":{"type":"x_content_parse_exception","reason":"[1:56] [terms_lookup] )"
          R"(unknown field [type]"}},"status":400})"),
      Refused(
          "types-in-queries", "search",
          Error("parse_exception", "failed to parse More Like This item. unknown field [_type]")),
      Refused("mapping-type-level", "indices.create",
              Error(mapper,
                    "Failed to parse mapping [_doc]: Root mapping definition has unsupported "
                    "parameters:  "
                    "[t : {properties={n={type=long}}}]")),
      Refused("mapping-type-level", "indices.create",
              Error(illegal, "The mapping definition cannot be nested under a type")),
      Refused(
          "removed-mapping-members", "indices.create",
          Error(
              mapper,
              "Failed to parse mapping [_doc]: unknown parameter [include_in_all] on mapper [f] of "
              "type [text]")),
      Refused("flattened-fields", "indices.create",
              Error(mapper,
                    "Failed to parse mapping [_doc]: No handler for type [flattened] declared on "
                    "field [f]")),
      Refused("field-types", "indices.create",
              Error(mapper,
                    "Failed to parse mapping [_doc]: No handler for type [dense_vector] declared "
                    "on field [f]")),
      Refused("unknown-settings", "indices.create",
              Error(illegal,
                    "unknown setting [index.lifecycle.name] please check that any required plugins "
                    "are installed")),
      Refused("unknown-settings", "indices.create",
              Error("validation_exception",
                    "Validation Failed: 1: private index setting [index.search.throttled] can "
                    "not be set explicitly;")),
      Refused("template-members", "indices.put_index_template",
              Error("x_content_parse_exception",
                    "[1:27] [index_template] unknown field [allow_auto_create]")),
      Refused("processors", "ingest.put_pipeline",
              Error("parse_exception", "No processor type exists with name [enrich]")),
      {"api-unknown", "indices.get_upgrade",
       R"({"error":"Incorrect HTTP method for uri [/tt/_upgrade] and method [GET], allowed: [POST]","status":405})",
       NoHandler("/tt/_upgrade", "GET")},
      {"type-wanted", "bulk",
       Error("action_request_validation_exception", "Validation Failed: 1: type is missing;"),
       kDone, Asked::kBulk},
      {"type-wanted", "update",
       Error("invalid_type_name_exception",
             "Document mapping type name can't start with '_', found: [_update]"),
       kDone},
      {"second-type", "bulk",
       R"({"items":[{"index":{"_id":"1","status":400,"error":{"type":"illegal_argument_exception","reason":)"
       R"("Rejecting mapping update to [tt] as the final mapping would have more than 1 type: [_doc, t]"}}}]})",
       R"({"items":[{"index":{"_id":"1","status":201}}]})", Asked::kBulk},
      {"json-errors", "search", Error("json_e_o_f_exception", "Unexpected end-of-input"),
       Error("unexpected_end_of_input_exception", "Unexpected end-of-input"), Asked::kSearch},
      {"error-details", "search", R"({"error":{"type":"parsing_exception"},"status":400})",
       R"({"error":{"type":"parsing_exception","caused_by":{"type":"named_object_not_found_exception"}},"status":400})",
       Asked::kSearch},
  };
}

int StatusOf(const std::string& body) { return body.starts_with(R"({"error")") ? 400 : 200; }

class KnownDifferenceOf : public testing::TestWithParam<Known> {};

TEST_P(KnownDifferenceOf, ExplainsAllThatDiffers) {
  const Known& known = GetParam();
  const dialect::Meaning meaning{.api = known.api, .path = known.path, .kind = known.kind};
  const Differences differences =
      CompareAnswers({StatusOf(known.source), known.source_fields, known.source},
                     {StatusOf(known.target), known.target_fields, known.target}, {}, meaning);
  EXPECT_FALSE(differences.none());
  for (const Difference& each : differences.found) {
    ASSERT_NE(each.known, nullptr) << InWords(each);
    EXPECT_EQ(each.known->id, known.id) << InWords(each);
  }
}

INSTANTIATE_TEST_SUITE_P(Library, KnownDifferenceOf, testing::ValuesIn(Answers()));

TEST(KnownDifferences, EachHasAnAnswerThatShowsIt) {
  std::set<std::string_view> shown;
  const std::vector<Known> answers = Answers();
  for (const Known& each : answers) {
    shown.insert(each.id);
  }
  for (const KnownDifference& each : KnownDifferences()) {
    EXPECT_TRUE(shown.contains(each.id)) << each.id;
  }
}

TEST(KnownDifferences, AreNoneOfAServiceThatIsNoSearchEngine) {
  const Differences differences = CompareAnswers({200, {}, R"({"_type":"a"})"}, {200, {}, "{}"});
  ASSERT_THAT(differences.found, testing::SizeIs(1));
  EXPECT_EQ(differences.found[0].known, nullptr);
}

TEST(KnownDifferences, DoNotExplainAnotherValue) {
  const dialect::Meaning search{.api = "search", .kind = Asked::kSearch};
  const Differences differences = CompareAnswers(
      {200, {}, R"({"hits":{"total":5,"hits":[]}})"},
      {200, {}, R"({"hits":{"total":{"value":6,"relation":"eq"},"hits":[]}})"}, {}, search);
  ASSERT_THAT(differences.found, testing::SizeIs(2));
  EXPECT_NE(differences.found[0].known, nullptr);
  EXPECT_EQ(differences.found[1].known, nullptr);
}

TEST(KnownDifferences, StandInTheDocuments) {
  std::ifstream file(COMPARE_DOCUMENT);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  for (const KnownDifference& each : KnownDifferences()) {
    EXPECT_THAT(text, testing::HasSubstr(fmt::format(
                          "| `{}` | {} | {} | {} | {} |", each.id, each.words, each.versions,
                          each.transform.empty() ? "" : fmt::format("`{}`", each.transform),
                          each.tried ? "yes" : "no")));
  }
}

}  // namespace
}  // namespace trafrec::compare
