#include "tests/tools/planted_secrets.h"

#include <fstream>
#include <sstream>

#include "tests/support/deflated.h"

namespace trafrec::test_support {
namespace {

// Short, because a page of SQLite may part a long one.
constexpr const char* kNumber = "4929123412341234";

std::string GzippedAnswer() {
  return Deflated(R"({"hits":{"hits":[{"_source":{"password":"PLANT-gzip-answer"}}]}})", kGzip);
}
std::string GzippedRequest() { return Deflated(R"({"password":"PLANT-gzip-request"})", kGzip); }

/// Longer than what reassembly keeps of other bodies.
std::string LargeDocument() {
  return R"({"password":"PLANT-large-front","text":")" + std::string(700'000, 'x') +
         R"(","user":{"card":"PLANT-large-back"}})";
}

std::string Post(const std::string& fields, const std::string& body) {
  return "POST /docs HTTP/1.1\r\nHost: es:9200\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string Answer(const std::string& fields, const std::string& body) {
  return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace

std::vector<Turn> SecretConversation() {
  const std::string no_content = "HTTP/1.1 204 No Content\r\n\r\n";
  const std::string chunked = "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n";
  return {
      // Basic user:PLANT-basic
      {true,
       "GET / HTTP/1.1\r\nHost: es:9200\r\nAuthorization: Basic dXNlcjpQTEFOVC1iYXNpYw==\r\n"
       "Cookie: sid=PLANT-cookie\r\nX-Session: PLANT-session\r\nX-Api-Key : PLANT-api-key\r\n\r\n"},
      {false, "HTTP/1.1 103 Early Hints\r\nSet-Cookie: PLANT-interim\r\n\r\n"},
      {false,
       "HTTP/1.1 302 Found\r\nSet-Cookie: sid=PLANT-set-cookie\r\nContent-Length: 0\r\n"
       "Location: http://me:PLANT-location@es/?token=PLANT-location-query\r\n\r\n"},
      {true,
       "GET /docs/_search?q=1&tok%65n=PLANT-query HTTP/1.1\r\nHost: es:9200\r\n"
       "Referer: http://es/?token=PLANT-referer\r\n\r\n"},
      {false, Answer("", R"({"hits":{"hits":[{"_source":{"password":"PLANT-source"}}]}})")},
      {true, "GET http://me:PLANT-credentials@es/ HTTP/1.1\r\n\r\n"},
      {false, no_content},
      {true, Post("", std::string(R"({"password":"PLANT-json","user":{"card":)") + kNumber + "}}")},
      {false, Answer("Content-Encoding: gzip\r\n", GzippedAnswer())},
      {true, Post("Content-Type: application/x-ndjson\r\n",
                  "{\"index\":{}}\n{\"password\":\"PLANT-bulk\"}\n{\"update\":{\"_id\":\"1\"}}\n"
                  "{\"doc\":{\"user.card\":\"PLANT-update\"}}\n")},
      {false, no_content},
      {true, Post("Content-Encoding: gzip\r\n", GzippedRequest())},
      {false, "HTTP/1.1 200 OK\r\n" + chunked + "Set-Cookie: PLANT-trailer\r\n\r\n"},
      {true, "POST /docs HTTP/1.1\r\nHost: es:9200\r\n" + chunked +
                 "Authorization: PLANT-request-trailer\r\n\r\n"},
      {false, no_content},
      {true, Post("", LargeDocument())},
      {false, no_content},
      {true, Post("", "password=PLANT-form")},
      {false, Answer("", "{\"password\":\"PLANT-cut")},
      {true, Post("", "{\"password\":\"PLANT-slow\"}").substr(0, 80)},
      {true, Post("", "{\"password\":\"PLANT-slow\"}").substr(80), true},
      {false, Answer("", "{}"), true},
  };
}

std::vector<std::string> OptionsThatNameThem() {
  return {"--redact-header", "X-Session", "--redact-query", "token",
          "--redact-json",   "/password", "--redact-json",  "/user/card"};
}

std::vector<std::string> PlantedForms() {
  return {"PLANT-", "dXNlcjpQTEFOVC1iYXNpYw==", kNumber, GzippedRequest().substr(10),
          GzippedAnswer().substr(10)};
}

std::vector<std::string> FormsIn(const std::filesystem::path& path) {
  std::ostringstream bytes;
  const auto add = [&](const std::filesystem::path& file) {
    bytes << std::ifstream(file, std::ios::binary).rdbuf();
  };
  if (std::filesystem::is_directory(path)) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) {
        add(entry.path());
      }
    }
  } else {
    add(path);
  }
  const std::string text = bytes.str();
  std::vector<std::string> found;
  for (const std::string& form : PlantedForms()) {
    if (const size_t at = text.find(form); at != std::string::npos) {
      found.push_back(text.substr(at, std::max<size_t>(form.size(), 24)));
    }
  }
  return found;
}

}  // namespace trafrec::test_support
