#include "reconcile/source/questions.h"

#include <fmt/format.h>

#include <iterator>

#include "replay/dialect/target.h"
#include "replay/json/json_tree.h"

namespace trafrec::reconcile {

std::string PathOf(const std::string& index, std::string_view rest) {
  return fmt::format("/{}{}", dialect::PercentEncode(index), rest);
}

std::string MgetBody(std::span<const DocumentQuestion> questions) {
  std::string body = R"({"docs":[)";
  for (const DocumentQuestion& question : questions) {
    body += body.back() == '[' ? "" : ",";
    body +=
        R"({"_index":)" + json::Quoted(question.index) + R"(,"_id":)" + json::Quoted(question.id);
    if (!question.routing.empty()) {
      body += R"(,"routing":)" + json::Quoted(question.routing);
    }
    body += "}";
  }
  return body + "]}";
}

std::string SeqNoSearchBody(std::span<const SeqNoRange> ranges, std::optional<int64_t> after,
                            size_t size) {
  std::string should;
  for (const SeqNoRange& range : ranges) {
    fmt::format_to(std::back_inserter(should),
                   R"({}{{"range":{{"_seq_no":{{"gte":{},"lte":{}}}}}}})",
                   should.empty() ? "" : ",", range.first, range.last);
  }
  return fmt::format(
      R"({{"size":{},"query":{{"bool":{{"filter":[{{"bool":{{"should":[{}]}}}}]}}}},)"
      R"("sort":[{{"_seq_no":"asc"}}],{}"seq_no_primary_term":true,"version":true}})",
      size, should, after ? fmt::format(R"("search_after":[{}],)", *after) : "");
}

std::string SampleBody(size_t size) {
  return fmt::format(R"({{"size":{},"query":{{"function_score":{{"query":{{"match_all":{{}}}},)"
                     R"("random_score":{{"seed":1,"field":"_seq_no"}}}}}},)"
                     R"("_source":false,"seq_no_primary_term":true,"version":true}})",
                     size);
}

}  // namespace trafrec::reconcile
