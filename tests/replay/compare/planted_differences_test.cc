#include <fmt/format.h>
#include <gmock/gmock.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "replay/compare/answer_compare.h"
#include "replay/json/json_tree.h"
#include "replay/json/limits.h"

namespace trafrec::compare {
namespace {

using Asked = dialect::Kind;
using dialect::AnswerView;
using dialect::HeaderView;

struct Answer {
  dialect::Meaning meaning{};
  std::string body{};
  int status = 200;
  std::vector<HeaderView> fields{{"Content-Type", "application/json"}};

  AnswerView View() const { return {status, fields, body}; }
};

Answer Search() {
  return {.meaning = {.api = "search", .kind = Asked::kSearch}, .body = R"({
    "took":3,"timed_out":false,"_shards":{"total":2,"successful":2,"skipped":0,"failed":0},
    "hits":{"total":{"value":4,"relation":"eq"},"max_score":2.5,"hits":[
      {"_index":"i","_id":"a","_score":2.5,"_source":{"n":1,"big":9007199254740993,"s":"é"},
       "highlight":{"t":["<em>red</em> one"]},"sort":[7]},
      {"_index":"i","_id":"b","_score":1.5,"_source":{"n":2},"sort":[8],
       "inner_hits":{"in":{"hits":{"total":{"value":1,"relation":"eq"},"hits":[
         {"_index":"i","_id":"b1"}]}}}},
      {"_index":"i","_id":"c","_score":1.0,"_source":{"n":3},"sort":[9]},
      {"_index":"i","_id":"d","_score":1.0,"_source":{"n":3},"sort":[9]}]},
    "aggregations":{"by":{"doc_count_error_upper_bound":0,"sum_other_doc_count":0,"buckets":[
        {"key":"x","doc_count":3,"mean":{"value":1.5}},
        {"key":"y","doc_count":2,"mean":{"value":2.5},"in":{"buckets":[{"key":1,"doc_count":2}]}}]},
      "named":{"buckets":{"low":{"doc_count":4},"high":{"doc_count":1}}},
      "most":{"value":9.0}},
    "suggest":{"s":[{"text":"helo","offset":0,"length":4,"options":[
      {"text":"hello","score":0.8,"freq":2},{"text":"help","score":0.7,"freq":1}]}]}})"};
}

Answer Bulk() {
  return {.meaning = {.api = "bulk", .kind = Asked::kBulk},
          .body = R"({"took":3,"errors":true,"items":[
    {"index":{"_index":"i","_id":"1","_version":1,"result":"created","status":201}},
    {"update":{"_index":"i","_id":"2","status":404,"error":{"type":"document_missing_exception","reason":"gone"}}},
    {"delete":{"_index":"i","_id":"3","_version":2,"result":"deleted","status":200}}]})"};
}

Answer MultiGet() {
  return {.meaning = {.api = "mget", .kind = Asked::kMultiGet}, .body = R"({"docs":[
    {"_index":"i","_id":"1","_version":4,"found":true,"_source":{"n":1}},
    {"_index":"i","_id":"2","found":false},
    {"_index":"j","_id":"3","error":{"type":"index_not_found_exception"}}]})"};
}

Answer MultiSearch() {
  return {.meaning = {.api = "msearch", .kind = Asked::kMultiSearch}, .body = R"({"responses":[
    {"timed_out":false,"hits":{"total":{"value":1,"relation":"eq"},"hits":[{"_index":"i","_id":"a"}]},"status":200},
    {"error":{"type":"index_not_found_exception"},"status":404}]})"};
}

Answer Error() {
  return {
      .meaning = {.api = "index", .kind = Asked::kIndex},
      .body = R"({"error":{"root_cause":[{"type":"a"}],"type":"a","reason":"why"},"status":400})",
      .status = 400};
}

Answer Get() {
  return {
      .meaning = {.api = "get", .kind = Asked::kGet},
      .body =
          R"({"_index":"i","_id":"1","_version":4,"found":true,"_source":{"n":1,"a":[1,2,3]}})"};
}

Answer Plain(std::string body, std::string_view type = "application/json") {
  return {.body = std::move(body), .fields = {{"Content-Type", type}, {"Location", "/a"}}};
}

Answer Table() {
  return {.meaning = {.api = "cat.indices", .kind = Asked::kInspect},
          .body = "health index docs\ngreen i 1\n",
          .fields = {{"Content-Type", "text/plain"}}};
}

Answer Nodes() {
  return {.meaning = {.api = "nodes.stats", .kind = Asked::kInspect},
          .body = R"({"nodes":{"a":{"jvm":{"uptime":1,"name":"x"}}}})"};
}

/// Something of an answer is another at the target, and where and how that is to be found.
struct Planted {
  const char* name;
  Answer answer;
  std::string from;  ///< in the body; "": the whole body
  std::string to;
  Kind kind;
  std::string place;
  Part part = Part::kBody;
};

void PrintTo(const Planted& planted, std::ostream* out) { *out << planted.name; }

std::string Nested(size_t levels, std::string_view core) {
  return std::string(levels, '[') + std::string(core) + std::string(levels, ']');
}

std::string Binary(char last) { return std::string("\x01\x02\x00", 3) + last; }

const std::vector<Planted>& Plantings() {
  static const std::vector<Planted> kPlantings = {
      // Searches.
      {"Total", Search(), R"("value":4)", R"("value":5)", Kind::kValue, "/hits/total/value"},
      {"Relation", Search(), R"("value":4,"relation":"eq")", R"("value":4,"relation":"gte")",
       Kind::kValue, "/hits/total/relation"},
      {"TotalAsNumber", Search(), R"({"value":4,"relation":"eq"})", "4", Kind::kType,
       "/hits/total"},
      {"TimedOut", Search(), R"("timed_out":false)", R"("timed_out":true)", Kind::kValue,
       "/timed_out"},
      {"ShardFailed", Search(), R"("failed":0)", R"("failed":1)", Kind::kValue, "/_shards/failed"},
      {"HitOfAnotherId", Search(), R"("_id":"a")", R"("_id":"z")", Kind::kOverlap, "/hits/hits"},
      {"HitOfAnotherIndex", Search(), R"("_index":"i","_id":"c")", R"("_index":"k","_id":"c")",
       Kind::kOverlap, "/hits/hits"},
      {"Score", Search(), R"("_score":2.5)", R"("_score":2.6)", Kind::kValue,
       "/hits/hits/0/_score"},
      {"MaxScore", Search(), R"("max_score":2.5)", R"("max_score":null)", Kind::kType,
       "/hits/max_score"},
      {"SortValue", Search(), R"("sort":[7])", R"("sort":[6])", Kind::kValue,
       "/hits/hits/0/sort/0"},
      {"Highlight", Search(), "<em>red</em>", "<b>red</b>", Kind::kValue,
       "/hits/hits/0/highlight/t/0"},
      {"Source", Search(), R"("n":1)", R"("n":10)", Kind::kValue, "/hits/hits/0/_source/n"},
      {"SourceField", Search(), R"("n":1,)", "", Kind::kMissing, "/hits/hits/0/_source/n"},
      {"SourceType", Search(), R"("n":1,)", R"("n":"1",)", Kind::kType, "/hits/hits/0/_source/n"},
      {"BigNumber", Search(), "9007199254740993", "9007199254740992", Kind::kValue,
       "/hits/hits/0/_source/big"},
      {"InnerHit", Search(), R"("_id":"b1")", R"("_id":"b2")", Kind::kOverlap,
       "/hits/hits/1/inner_hits/in/hits/hits"},
      {"BucketCount", Search(), R"("doc_count":3)", R"("doc_count":4)", Kind::kValue,
       "/aggregations/by/buckets/0/doc_count"},
      {"BucketMissing", Search(), R"({"key":"x","doc_count":3,"mean":{"value":1.5}},)", "",
       Kind::kOverlap, "/aggregations/by/buckets"},
      {"BucketKey", Search(), R"("key":"x")", R"("key":"w")", Kind::kOverlap,
       "/aggregations/by/buckets"},
      {"BucketInBucket", Search(), R"("key":1,)", R"("key":2,)", Kind::kOverlap,
       "/aggregations/by/buckets/1/in/buckets"},
      {"BucketMetric", Search(), R"("mean":{"value":2.5})", R"("mean":{"value":2.25})",
       Kind::kValue, "/aggregations/by/buckets/1/mean/value"},
      {"NamedBucket", Search(), R"("high":{"doc_count":1})", R"("high":{"doc_count":0})",
       Kind::kValue, "/aggregations/named/buckets/high/doc_count"},
      {"Metric", Search(), R"("most":{"value":9.0})", R"("most":{"value":9.5})", Kind::kValue,
       "/aggregations/most/value"},
      {"AggregationMissing", Search(), R"(,
      "most":{"value":9.0})",
       "", Kind::kMissing, "/aggregations/most"},
      {"OtherCount", Search(), R"("sum_other_doc_count":0)", R"("sum_other_doc_count":1)",
       Kind::kValue, "/aggregations/by/sum_other_doc_count"},
      {"Suggestion", Search(), R"("text":"hello")", R"("text":"hallo")", Kind::kOverlap,
       "/suggest/s/0/options"},
      {"SuggestionScore", Search(), R"("score":0.8)", R"("score":0.9)", Kind::kValue,
       "/suggest/s/0/options/0/score"},
      {"SearchFails", Search(), "", R"({"error":{"type":"x"},"status":500})", Kind::kAdded,
       "/error"},
      // Writes, and documents by their ids.
      {"ItemStatus", Bulk(), R"("status":201)", R"("status":200)", Kind::kValue,
       "/items/0/index/status"},
      {"ItemResult", Bulk(), R"("result":"created")", R"("result":"updated")", Kind::kValue,
       "/items/0/index/result"},
      {"ItemId", Bulk(), R"("_id":"3")", R"("_id":"4")", Kind::kValue, "/items/2/delete/_id"},
      {"ItemIndex", Bulk(), R"("_index":"i","_id":"3")", R"("_index":"k","_id":"3")", Kind::kValue,
       "/items/2/delete/_index"},
      {"ItemError", Bulk(), "document_missing_exception", "version_conflict_engine_exception",
       Kind::kValue, "/items/1/update/error/type"},
      {"ItemErrorGone", Bulk(), R"(,"error":{"type":"document_missing_exception","reason":"gone"})",
       "", Kind::kMissing, "/items/1/update/error"},
      {"ItemMissing", Bulk(), R"(,
    {"delete":{"_index":"i","_id":"3","_version":2,"result":"deleted","status":200}})",
       "", Kind::kMissing, "/items/2"},
      {"ItemsErrors", Bulk(), R"("errors":true)", R"("errors":false)", Kind::kValue, "/errors"},
      {"DocumentFound", MultiGet(), R"("found":true,"_source":{"n":1})", R"("found":false)",
       Kind::kValue, "/docs/0/found"},
      {"DocumentVersion", MultiGet(), R"("_version":4)", R"("_version":5)", Kind::kValue,
       "/docs/0/_version"},
      {"DocumentError", MultiGet(), R"("error":{"type":"index_not_found_exception"})",
       R"("found":false)", Kind::kMissing, "/docs/2/error"},
      {"SearchOfMany", MultiSearch(), R"("_id":"a")", R"("_id":"b")", Kind::kOverlap,
       "/responses/0/hits/hits"},
      {"ErrorOfMany", MultiSearch(), "index_not_found_exception", "parsing_exception", Kind::kValue,
       "/responses/1/error/type"},
      {"ErrorType", Error(), R"("type":"a","reason")", R"("type":"b","reason")", Kind::kValue,
       "/error/type"},
      {"ErrorReason", Error(), R"("why")", R"("why not")", Kind::kValue, "/error/reason"},
      {"Found", Get(), R"("found":true,"_source":{"n":1,"a":[1,2,3]})", R"("found":false)",
       Kind::kValue, "/found"},
      {"ElementMissing", Get(), "[1,2,3]", "[1,3]", Kind::kMissing, "/_source/a/1"},
      {"ElementAdded", Get(), "[1,2,3]", "[1,2,9,3]", Kind::kAdded, "/_source/a/2"},
      // What servers say of themselves.
      {"Column", Table(), "health index", "health name", Kind::kValue, "/1", Part::kLine},
      {"NodeMember", Nodes(), R"("uptime":1,)", "", Kind::kMissing, "/nodes/a/jvm/uptime"},
      {"NodeType", Nodes(), R"("uptime":1)", R"("uptime":"1s")", Kind::kType,
       "/nodes/a/jvm/uptime"},
      // Any service.
      {"DoubledKey", Plain(R"({"a":1,"a":2})"), R"("a":2)", R"("a":3)", Kind::kValue, "/a"},
      {"Utf8", Plain("{\"a\":\"\xff\"}"), "\xff", "\xfe", Kind::kValue, "/a"},
      {"Boolean", Plain(R"({"a":true})"), "true", "false", Kind::kValue, "/a"},
      {"Null", Plain(R"({"a":null})"), R"("a":null)", "", Kind::kMissing, "/a"},
      {"JsonLine", Plain("{\"a\":1}\n{\"a\":2}\n", "application/x-ndjson"), R"({"a":2})",
       R"({"a":3})", Kind::kValue, "/2/a", Part::kLine},
      {"TextLine", Plain("one\ntwo\n", "text/plain"), "two", "zwei", Kind::kValue, "/2",
       Part::kLine},
      {"TextLineMissing", Plain("one\ntwo\n", "text/plain"), "two\n", "", Kind::kMissing, "/2",
       Part::kLine},
      {"BinaryByte", Plain(Binary('a'), "image/png"), "a", "b", Kind::kValue, ""},
      {"DeepLevel", Plain(Nested(json::limits::kDepth - 1, "1")), "1", "2", Kind::kValue,
       [] {
         std::string pointer;
         for (size_t i = 1; i < json::limits::kDepth; ++i) {
           pointer += "/0";
         }
         return pointer;
       }()},
      {"LevelsBeyondTheLimit", Plain(Nested(10'000, "1")), "1", "2", Kind::kValue, "/1",
       Part::kLine},
      {"CutJson", Plain(R"({"a":1)"), "1", "2", Kind::kValue, "/1", Part::kLine},
      {"BodyGone", Plain("one", "text/plain"), "", "", Kind::kMissing, "/1", Part::kLine},
  };
  return kPlantings;
}

/// The same, in other bytes, so that it is looked at: blanks around what stays JSON.
std::string Rewritten(const Answer& answer) {
  return json::Tree::Parse(answer.body) ? " " + answer.body + "\n" : answer.body;
}

class PlantedDifference : public testing::TestWithParam<Planted> {};

TEST_P(PlantedDifference, IsFoundAtItsPlaceAndNothingElse) {
  const Planted& planted = GetParam();
  Answer target = planted.answer;
  const size_t at = target.body.find(planted.from);
  ASSERT_NE(at, std::string::npos);
  target.body.replace(at, planted.from.empty() ? target.body.size() : planted.from.size(),
                      planted.to);
  const Differences differences =
      CompareAnswers(planted.answer.View(), target.View(), {}, planted.answer.meaning);
  ASSERT_THAT(differences.found, testing::SizeIs(1)) << InWords(differences.found.back());
  const Difference& found = differences.found[0];
  EXPECT_EQ(found.part, planted.part);
  EXPECT_EQ(NameOf(found.kind), NameOf(planted.kind));
  EXPECT_EQ(PointerOf(found), planted.place);
}

TEST_P(PlantedDifference, IsNoneUnplanted) {
  const Answer& source = GetParam().answer;
  Answer target = source;
  target.body = Rewritten(source);
  EXPECT_TRUE(CompareAnswers(source.View(), target.View(), {}, source.meaning).none());
}

INSTANTIATE_TEST_SUITE_P(Answers, PlantedDifference, testing::ValuesIn(Plantings()),
                         [](const auto& each) { return std::string(each.param.name); });

/// What is planted outside of the body, or changes more than one place.
TEST(PlantedDifferences, AreThatMany) { EXPECT_GE(Plantings().size(), 50U); }

TEST(PlantedDifferences, OfTheHeadAreFoundByName) {
  const std::vector<HeaderView> source = {{"Location", "/a"}, {"X-Opaque-Id", "1"}};
  for (const char* name : {"Location", "X-Opaque-Id"}) {
    std::vector<HeaderView> target = source;
    target[name == source[1].name ? 1 : 0].value = "other";
    const Differences differences = CompareAnswers({200, source, ""}, {200, target, ""});
    ASSERT_THAT(differences.found, testing::SizeIs(1));
    EXPECT_EQ(differences.found[0].part, Part::kField);
    EXPECT_EQ(differences.found[0].source_pointer, std::string("/") + name);
  }
}

TEST(PlantedDifferences, OfTheStatusAreFound) {
  const Differences differences = CompareAnswers({200, {}, "x"}, {201, {}, "x"});
  ASSERT_THAT(differences.found, testing::SizeIs(1));
  EXPECT_EQ(differences.found[0].part, Part::kStatus);
}

TEST(PlantedDifferences, SwappedHitsAreOneDifferenceUnlessTheySortAlike) {
  const Answer source = Search();
  const auto swapped = [&](std::string_view one, std::string_view other) {
    Answer target = source;
    const size_t a = target.body.find(fmt::format(R"("_id":"{}")", one));
    const size_t b = target.body.find(fmt::format(R"("_id":"{}")", other));
    std::swap(target.body[a + 7], target.body[b + 7]);
    return CompareAnswers(source.View(), target.View(), {}, source.meaning);
  };
  EXPECT_TRUE(swapped("c", "d").none());
  const Differences differences = swapped("b", "c");  // with what stands in them
  EXPECT_EQ(differences.found[0].kind, Kind::kOrder);
  EXPECT_EQ(differences.found[0].source_pointer, "/hits/hits");
}

TEST(PlantedDifferences, ANumberWrittenOtherwiseIsNone) {
  Answer target = Search();
  target.body.replace(target.body.find("\"most\":{\"value\":9.0}"), 20, "\"most\":{\"value\":9}");
  EXPECT_TRUE(CompareAnswers(Search().View(), target.View(), {}, target.meaning).none());
}

}  // namespace
}  // namespace trafrec::compare
