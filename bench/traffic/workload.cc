#include "bench/traffic/workload.h"

#include <zlib.h>

#include <cmath>
#include <cstdlib>

namespace trafrec::bench {
namespace {

constexpr double kBodyBytesMin = 1'000;
constexpr double kBodyBytesMax = 200'000;
constexpr uint32_t kGzipPercent = 10;  // of the answers to searches

void Gzip(std::string_view in, std::string& out) {
  z_stream stream{};
  if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    std::abort();
  }
  out.resize(deflateBound(&stream, in.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
}

}  // namespace

void Workload::Make(ExchangeBytes& exchange) {
  exchange.request.clear();
  exchange.response.clear();
  body_.clear();
  target_.clear();
  ++sequence_;
  if (kind_ == Kind::kSmall) {
    return MakeSmall(exchange);
  }
  const uint32_t percent = random_.Below(100);
  if (percent < 30) {
    MakeBulk(exchange);
  } else if (percent < 85) {
    MakeSearch(exchange);
  } else {
    MakeDocument(exchange);
  }
}

// From 1 to 200 KB; small ones are far more frequent, as on a real cluster.
size_t Workload::BodyBytes() {
  const double u = random_.Unit();
  return static_cast<size_t>(kBodyBytesMin * std::pow(kBodyBytesMax / kBodyBytesMin, u * u * u));
}

void Workload::AppendIndex(std::string& out) {
  out += "logs-2026.11.";
  text_.AppendNumber(out, 10 + random_.Below(12));
}

void Workload::AppendRequest(std::string& out, std::string_view method, std::string_view target,
                             std::string_view body, bool accept_gzip) {
  out += method;
  out += ' ';
  out += target;
  out +=
      " HTTP/1.1\r\nHost: search.example:9200\r\nUser-Agent: elasticsearch-py/8.15.1 "
      "(Python/3.11.2)\r\nAccept: application/vnd.elasticsearch+json; compatible-with=8\r\n";
  if (accept_gzip) {
    out += "Accept-Encoding: gzip\r\n";
  }
  out += "X-Opaque-Id: ";
  text_.AppendHex(out, 16);
  if (!body.empty()) {
    out += "\r\nContent-Type: application/vnd.elasticsearch+x-ndjson\r\nContent-Length: ";
    text_.AppendNumber(out, body.size());
  }
  out += "\r\n\r\n";
  out += body;
}

void Workload::AppendAnswer(std::string& out, std::string_view status, std::string_view body,
                            bool gzip) {
  if (gzip) {
    Gzip(body, packed_);
    body = packed_;
  }
  out += "HTTP/1.1 ";
  out += status;
  out +=
      "\r\nX-elastic-product: Elasticsearch\r\n"
      "content-type: application/vnd.elasticsearch+json;compatible-with=8\r\n";
  if (gzip) {
    out += "content-encoding: gzip\r\n";
  }
  // One answer in eight comes in chunks, as proxies send them.
  if (random_.Percent(12)) {
    out += "transfer-encoding: chunked\r\n\r\n";
    while (!body.empty()) {
      const std::string_view chunk = body.substr(0, 8192);
      std::string length;
      for (size_t rest = chunk.size(); rest > 0; rest >>= 4) {
        length.insert(length.begin(), "0123456789abcdef"[rest & 15]);
      }
      out += length;
      out += "\r\n";
      out += chunk;
      out += "\r\n";
      body.remove_prefix(chunk.size());
    }
    out += "0\r\n\r\n";
    return;
  }
  out += "content-length: ";
  text_.AppendNumber(out, body.size());
  out += "\r\n\r\n";
  out += body;
}

void Workload::MakeBulk(ExchangeBytes& exchange) {
  const size_t bytes = BodyBytes();
  std::string answer = R"({"took":)";
  text_.AppendNumber(answer, 1 + random_.Below(80));
  answer += R"(,"errors":false,"items":[)";
  std::string index;
  AppendIndex(index);
  while (body_.size() < bytes) {
    std::string id;
    text_.AppendHex(id, 20);
    body_ += R"({"index":{"_index":")" + index + R"(","_id":")" + id + "\"}}\n";
    text_.AppendDocument(body_, 2 + random_.Below(5));
    body_ += '\n';
    if (answer.back() == '}') {
      answer += ',';
    }
    answer += R"({"index":{"_index":")" + index + R"(","_id":")" + id +
              R"(","_version":1,"result":"created","_shards":{"total":2,"successful":2,)"
              R"("failed":0},"_seq_no":)";
    text_.AppendNumber(answer, sequence_ * 100 + random_.Below(100));
    answer += R"(,"_primary_term":1,"status":201}})";
  }
  answer += "]}";
  AppendRequest(exchange.request, "POST", "/_bulk?refresh=false", body_, false);
  AppendAnswer(exchange.response, "200 OK", answer, false);
}

void Workload::MakeSearch(ExchangeBytes& exchange) {
  target_ = "/";
  AppendIndex(target_);
  target_ += "/_search?track_total_hits=true";
  body_ = R"({"size":20,"query":{"bool":{"must":[{"match":{"message":")";
  text_.AppendWords(body_, 1 + random_.Below(6));
  body_ += R"("}}],"filter":[{"range":{"@timestamp":{"gte":"now-15m"}}},{"term":{"tags":")";
  text_.AppendWords(body_, 1);
  body_ += R"("}}]}},"sort":[{"@timestamp":"desc"},"_score"]})";
  const bool gzip = random_.Percent(kGzipPercent);
  AppendRequest(exchange.request, "POST", target_, body_, gzip);

  const size_t bytes = BodyBytes();
  body_ = R"({"took":)";
  text_.AppendNumber(body_, 1 + random_.Below(200));
  body_ += R"(,"timed_out":false,"_shards":{"total":5,"successful":5,"skipped":0,"failed":0},)"
           R"("hits":{"total":{"value":)";
  text_.AppendNumber(body_, random_.Below(100'000));
  body_ += R"(,"relation":"eq"},"max_score":null,"hits":[)";
  while (body_.size() < bytes) {
    if (body_.back() == '}') {
      body_ += ',';
    }
    body_ += R"({"_index":")";
    AppendIndex(body_);
    body_ += R"(","_id":")";
    text_.AppendHex(body_, 20);
    body_ += R"(","_score":null,"_source":)";
    text_.AppendDocument(body_, 2 + random_.Below(5));
    body_ += R"(,"sort":[)";
    text_.AppendNumber(body_, 1'795'243'680'000 + random_.Below(1'000'000'000));
    body_ += "]}";
  }
  body_ += "]}}";
  AppendAnswer(exchange.response, "200 OK", body_, gzip);
}

void Workload::MakeDocument(ExchangeBytes& exchange) {
  target_ = "/";
  AppendIndex(target_);
  target_ += "/_doc/";
  text_.AppendHex(target_, 20);
  if (random_.Percent(30)) {
    text_.AppendDocument(body_, 2 + random_.Below(10));
    AppendRequest(exchange.request, "PUT", target_, body_, false);
    AppendAnswer(exchange.response, "201 Created",
                 R"({"_version":1,"result":"created","_shards":{"total":2,"successful":2,)"
                 R"("failed":0},"_seq_no":4711,"_primary_term":1})",
                 false);
    return;
  }
  AppendRequest(exchange.request, "GET", target_, {}, false);
  if (random_.Percent(10)) {
    AppendAnswer(exchange.response, "404 Not Found", R"({"found":false})", false);
    return;
  }
  body_ = R"({"_version":3,"found":true,"_source":)";
  text_.AppendDocument(body_, 2 + random_.Below(20));
  body_ += '}';
  AppendAnswer(exchange.response, "200 OK", body_, false);
}

void Workload::MakeSmall(ExchangeBytes& exchange) {
  exchange.request += "GET /users/_doc/";
  text_.AppendNumber(exchange.request, random_.Below(5'000'000));
  exchange.request += " HTTP/1.1\r\nHost: search.example:9200\r\nAccept: application/json\r\n\r\n";
  body_ = R"({"_id":")";
  text_.AppendNumber(body_, 1'000'000 + random_.Below(5'000'000));
  body_ += R"(","found":true,"_source":{"name":")";
  text_.AppendWords(body_, 2);
  body_ += R"(","token":")";
  text_.AppendHex(body_, 16);
  body_ += R"("}})";
  exchange.response +=
      "HTTP/1.1 200 OK\r\nserver: search\r\ncontent-type: application/json\r\n"
      "content-length: ";
  text_.AppendNumber(exchange.response, body_.size());
  exchange.response += "\r\n\r\n";
  exchange.response += body_;
}

}  // namespace trafrec::bench
