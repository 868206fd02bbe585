#include "tests/replay/run/fake_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace trafrec::replay {
namespace {

using nlohmann::json;

std::string Query(const std::string& target, const std::string& name) {
  const size_t at = target.find(name + "=");
  if (at == std::string::npos) {
    return "";
  }
  const size_t from = at + name.size() + 1;
  return target.substr(from, target.find('&', from) - from);
}

std::optional<int64_t> Number(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<int64_t>(std::stoll(text));
}

}  // namespace

std::string JsonAnswer(int status, const std::string& body, const std::string& fields) {
  return fmt::format(
      "HTTP/1.1 {} X\r\ncontent-type: application/json\r\n{}content-length: {}\r\n\r\n{}", status,
      fields, body.size(), body);
}

FakeSearch::FakeSearch(Intercept intercept, Swallow swallow)
    : intercept_(std::move(intercept)),
      swallow_(std::move(swallow)),
      server_({[this](send::Peer& peer) {
        while (true) {
          const std::string request = peer.ReadRequest();
          if (request.empty()) {
            return;
          }
          const std::string answer = Answer(request);
          if (swallow_ && swallow_(request)) {
            return;
          }
          peer.Write(answer);
        }
      }}) {}

std::string FakeSearch::Answer(const std::string& request) {
  const size_t method_end = request.find(' ');
  const size_t target_end = request.find(' ', method_end + 1);
  const size_t body = request.find("\r\n\r\n") + 4;
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(request.substr(0, target_end));
  }
  if (intercept_) {
    if (auto answer = intercept_(request)) {
      return *answer;
    }
  }
  const std::lock_guard lock(mutex_);
  return CarryOut(request.substr(0, method_end),
                  request.substr(method_end + 1, target_end - method_end - 1),
                  request.substr(body));
}

std::string FakeSearch::CarryOut(const std::string& method, const std::string& target,
                                 const std::string& body) {
  const std::string path = target.substr(0, target.find('?'));
  const std::string id = path.substr(path.rfind('/') + 1);
  if (path.ends_with("/_bulk") || path == "/_bulk") {
    return JsonAnswer(200, Bulk(body));
  }
  if (path.ends_with("/_mget") || path == "/_mget") {
    json docs = json::array();
    const json request = json::parse(body);
    for (const json& asked : request["docs"]) {
      const auto found = documents_.find(asked["_id"]);
      json doc = {{"_index", "i"}, {"_id", asked["_id"]}, {"found", found != documents_.end()}};
      if (found != documents_.end()) {
        doc["_seq_no"] = found->second.seq_no;
        doc["_primary_term"] = 1;
        doc["_version"] = found->second.version;
        doc["_source"] = json::parse(found->second.source);
      }
      docs.push_back(doc);
    }
    return JsonAnswer(200, json{{"docs", docs}}.dump());
  }
  if (path.ends_with("/_refresh")) {
    return JsonAnswer(200, "{}");
  }
  if (path == "/_search") {
    return JsonAnswer(200, CountByIndex());
  }
  if (method == "DELETE") {
    return JsonAnswer(200, Delete(id));
  }
  if (method == "GET") {
    const auto found = documents_.find(id);
    if (found == documents_.end()) {
      return JsonAnswer(404, json{{"_index", "i"}, {"_id", id}, {"found", false}}.dump());
    }
    return JsonAnswer(200, json{{"_index", "i"},
                                {"_id", id},
                                {"_version", found->second.version},
                                {"_seq_no", found->second.seq_no},
                                {"_primary_term", 1},
                                {"found", true},
                                {"_source", json::parse(found->second.source)}}
                               .dump());
  }
  if (method == "PUT" || method == "POST") {
    const auto [status, answer] = Write(path.find("/_create/") != std::string::npos, id, body,
                                        Number(Query(target, "if_seq_no")));
    return JsonAnswer(status, answer);
  }
  return JsonAnswer(200, "{}");
}

/// Of its one index, as an aggregation over _index answers.
std::string FakeSearch::CountByIndex() const {
  json buckets = json::array();
  if (!documents_.empty()) {
    buckets.push_back({{"key", "i"}, {"doc_count", documents_.size()}});
  }
  return json{{"_shards", {{"total", 1}, {"failed", 0}}},
              {"aggregations", {{"indices", {{"sum_other_doc_count", 0}, {"buckets", buckets}}}}}}
      .dump();
}

std::string FakeSearch::Delete(const std::string& id) {
  const bool was_there = documents_.erase(id) > 0;
  return json{{"_index", "i"},
              {"_id", id},
              {"_version", 2},
              {"result", was_there ? "deleted" : "not_found"},
              {"_seq_no", next_seq_no_++},
              {"_primary_term", 1}}
      .dump();
}

std::pair<int, std::string> FakeSearch::Write(bool create, const std::string& id,
                                              const std::string& source,
                                              std::optional<int64_t> if_seq_no) {
  const auto found = documents_.find(id);
  const bool exists = found != documents_.end();
  if ((create && exists) || (if_seq_no && (!exists || found->second.seq_no != *if_seq_no))) {
    return {409, R"({"error":{"type":"version_conflict_engine_exception"},"status":409})"};
  }
  Document& document = documents_[id];
  document.source = source;
  document.seq_no = next_seq_no_++;
  ++document.version;
  return {exists ? 200 : 201, json{{"_index", "i"},
                                   {"_id", id},
                                   {"_version", document.version},
                                   {"result", exists ? "updated" : "created"},
                                   {"_seq_no", document.seq_no},
                                   {"_primary_term", 1}}
                                  .dump()};
}

std::string FakeSearch::Bulk(const std::string& body) {
  json items = json::array();
  bool errors = false;
  size_t at = 0;
  const auto line = [&] {
    const size_t end = body.find('\n', at);
    const std::string text = body.substr(at, end - at);
    at = end == std::string::npos ? body.size() : end + 1;
    return text;
  };
  while (at < body.size()) {
    const json action = json::parse(line());
    const std::string source = line();
    const std::string name = action.begin().key();
    const json& fields = action.begin().value();
    const auto [status, answer] = Write(
        name == "create", fields["_id"], source,
        fields.contains("if_seq_no") ? std::optional<int64_t>(fields["if_seq_no"]) : std::nullopt);
    json item = json::parse(answer);
    item["status"] = status;
    item["_id"] = fields["_id"];
    item["_index"] = "i";
    errors = errors || status >= 400;
    items.push_back({{name, item}});
  }
  return json{{"took", 1}, {"errors", errors}, {"items", items}}.dump();
}

std::vector<std::string> FakeSearch::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

size_t FakeSearch::AskedFor(const std::string& part) const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(std::ranges::count_if(
      asked_, [&](const std::string& line) { return line.find(part) != std::string::npos; }));
}

std::optional<std::string> FakeSearch::Source(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = documents_.find(id);
  return found == documents_.end() ? std::nullopt : std::optional(found->second.source);
}

int64_t FakeSearch::VersionOf(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = documents_.find(id);
  return found == documents_.end() ? 0 : found->second.version;
}

}  // namespace trafrec::replay
