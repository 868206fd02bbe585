#include "tools/sentinel_documents.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/sentinel_sender.h"

namespace trafrec::tools {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kSearch = R"({"size":1000,"_source":false,"seq_no_primary_term":true,)"
                                     R"("query":{"exists":{"field":"trafrec_sentinel.nonce"}}})";

}  // namespace

Result<HttpAnswer> SentinelDocuments::Send(const std::string& method, const std::string& target,
                                           const std::string& body) {
  const std::string path = base_.path + "/" + index_ + target;
  TRY_ASSIGN(
      HttpAnswer answer,
      client_.Send({.method = method, .target = path, .user_agent = "trafrec", .body = body}));
  TRY(RequireSuccess(answer, base_, method + " " + path));
  return answer;
}

Result<std::vector<SentinelDocument>> SentinelDocuments::Find() {
  TRY(Send("POST", "/_refresh", ""));
  TRY_ASSIGN(const HttpAnswer answer, Send("POST", "/_search", std::string(kSearch)));
  const Json json = Json::parse(answer.body, nullptr, false);
  const Json hits = json.is_object() ? json.value("/hits/hits"_json_pointer, Json()) : Json();
  if (!hits.is_array()) {
    return Fail(ErrorCode::kIo, base_.url + " gave no search result", "is it an Elasticsearch?");
  }
  std::vector<SentinelDocument> documents;
  for (const Json& hit : hits) {
    const bool readable = hit.is_object() && hit.contains("_id") && hit["_id"].is_string() &&
                          hit.contains("_seq_no") && hit["_seq_no"].is_number_integer() &&
                          hit.contains("_primary_term") && hit["_primary_term"].is_number_integer();
    // The field alone is no proof: another's document may have it.
    if (readable && hit["_id"].get<std::string>().starts_with(kSentinelDocumentPrefix) &&
        CheckIndexName(hit["_id"].get<std::string>())) {
      documents.push_back({hit["_id"], hit["_seq_no"], hit["_primary_term"]});
    }
  }
  return documents;
}

Status SentinelDocuments::Remove(const SentinelDocument& document) {
  TRY(Send("DELETE",
           fmt::format("/_doc/{}?if_seq_no={}&if_primary_term={}", document.id, document.seq_no,
                       document.primary_term),
           ""));
  return {};
}

}  // namespace trafrec::tools
