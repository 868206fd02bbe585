#include "tools/curl_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <random>

#include "replay/recorded/message_head.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/http_collector.h"
#include "tests/tools/stored_exchanges.h"
#include "tools/raw_message.h"
#include "tools/raw_writer.h"

namespace trafrec::tools {
namespace {

using test_support::Exchange;
using test_support::HttpCollector;
using test_support::TemporaryFolder;
using testing::HasSubstr;

/// Seeded, so that a failure comes again.
class RequestMaker {
 public:
  explicit RequestMaker(unsigned seed) : random_(seed) {}

  Exchange Make(store::ExchangeNumber number) {
    const bool http_1_0 = Chance(20);
    std::string method = Pick({"GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD", "PATCH",
                               "OPTIONS", "PROPFIND", "M-SEARCH", "lower"});
    const std::string target = method == "OPTIONS" && Chance(2) ? "*" : Target();
    std::vector<std::string> fields = Fields();
    std::string body;
    if (method != "HEAD" && !Chance(3)) {
      body = Body();
      const bool chunked = !http_1_0 && Chance(3);
      Insert(fields, chunked ? "Transfer-Encoding: chunked"
                             : "Content-Length: " + std::to_string(body.size()));
    }
    if (!http_1_0 || Chance(2)) {
      Insert(fields, Pick({"Host: es:9200", "host: Example.COM", "HOST:no-blank"}));
    }
    std::string head = method + " " + target + (http_1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    for (const std::string& field : fields) {
      head += field + "\r\n";
    }
    Exchange exchange(number);
    exchange.Request(head + "\r\n", body);
    return exchange;
  }

 private:
  bool Chance(unsigned one_in) { return random_() % one_in == 0; }
  std::string Pick(const std::vector<std::string>& from) { return from[random_() % from.size()]; }
  void Insert(std::vector<std::string>& fields, std::string field) {
    fields.insert(fields.begin() + static_cast<long>(random_() % (fields.size() + 1)),
                  std::move(field));
  }

  std::string Target() {
    if (Chance(12)) {
      return Pick({"http://other.example/abs?x=1", "/", "//", "/?", "*", "?only"});
    }
    std::string target;
    for (unsigned i = 0; i <= random_() % 5; ++i) {
      target += "/" + Pick({"_doc", "..", ".", "a%2Fb", "it's", "\"q\"", "$HOME", "`id`", "[1-3]",
                            "{a,b}", "\xc3\xa9", "\xff", "x;y", "a+b", "%", "~u", "\\", "!h"});
    }
    return Chance(3) ? target + "?" + Pick({"q=a&b=c", "", "x='1'", "#f", "{\"a\":[1]}", "a?b"})
                     : target;
  }

  std::vector<std::string> Fields() {
    std::vector<std::string> fields;
    for (unsigned i = 0; i < random_() % 6; ++i) {
      fields.push_back(Pick({"X-A: 1",
                             "x-a: 2",
                             "X-Quote: it's \"$HOME\" `id` \\n !x",
                             "X-Empty:",
                             "X-Tight:v",
                             "X-Wide:   v   ",
                             "X-Bytes: \xff\xfe",
                             "X-Tab: a\tb",
                             "Cookie: a=1; b=2",
                             "Authorization: Basic eDp5",
                             "Accept: */*",
                             "accept: a",
                             "User-Agent: test/1 (x; y)",
                             "Accept-Encoding: gzip, br",
                             "Content-Type: application/json",
                             "Connection: keep-alive",
                             "Range: bytes=0-1",
                             "If-None-Match: \"x\"",
                             "TE: trailers",
                             "Referer: http://x/",
                             "X-Semicolon: a;",
                             "X-Percent: %41%n"}));
    }
    return fields;
  }

  std::string Body() {
    switch (random_() % 7) {
      case 0:
        return "";
      case 1:
        return "@/etc/passwd";
      case 2:
        return "{\"q\": \"it's\"}\n{\"x\": \"$HOME `id` \\\\\"}\n";
      case 3:
        return std::string("\0\x01\x02 binary \xff\r\n\n", 15);
      case 4:
        return std::string(40'000, 'x') + "\n";
      case 5:
        return "line\r\nline\r\n";
      default:
        return "a=b&c=d%20e";
    }
  }

  std::mt19937 random_;
};

/// Blanks after the colon of a field without a value cannot be sent by curl.
std::string WithBlankValuesTrimmed(const std::string& request) {
  std::string out = request;
  for (size_t at = 0; (at = out.find(": \r\n", at)) != std::string::npos;) {
    out.erase(at + 1, 1);
  }
  return out;
}

std::vector<std::string> RunScript(const std::string& script, HttpCollector& server) {
  const std::string command =
      "env -u http_proxy -u HTTP_PROXY -u ALL_PROXY -u all_proxy CURL_HOME=/nonexistent "
      "HOME=/nonexistent sh '" +
      script + "' > /dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
  return server.Finish();
}

TEST(Curl, AThousandRequestsArriveByteForByte) {
  constexpr store::ExchangeNumber kRequests = 1'000;
  const TemporaryFolder directory;
  HttpCollector server;
  const std::filesystem::path script = directory.path() / "it's again.sh";
  CurlWriter writer(
      {.base_url = "http://127.0.0.1:" + std::to_string(server.port()), .script = script});
  RequestMaker maker(20'261'121);
  std::string commands;
  std::vector<std::string> sent;
  writer.Begin(commands);
  for (store::ExchangeNumber n = 1; n <= kRequests; ++n) {
    const Exchange exchange = maker.Make(n);
    const store::StoredExchange& stored = exchange;
    ASSERT_TRUE(writer.Put(stored, commands).has_value());
    sent.push_back(WithBlankValuesTrimmed(ReframedMessage(*stored.request)));
  }
  EXPECT_THAT(writer.Notes(), testing::IsEmpty());
  ASSERT_TRUE(WriteFile(script, commands).has_value());

  // The script's name has a quote in it: so must the way to it.
  const std::filesystem::path plain = directory.path() / "run.sh";
  ASSERT_TRUE(WriteFile(plain, ". \"$(dirname \"$0\")/it's again.sh\"\n").has_value());
  const std::vector<std::string> received = RunScript(plain.string(), server);
  ASSERT_EQ(received.size(), sent.size());
  for (size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(received[i], sent[i]) << "request " << i + 1;
  }
}

TEST(Curl, WithoutAFileBinaryBodiesStandInTheCommands) {
  const TemporaryFolder directory;
  HttpCollector server;
  CurlWriter writer(
      {.base_url = "http://127.0.0.1:" + std::to_string(server.port()), .script = {}});
  Exchange exchange(1);
  const std::string body = std::string("\0\x01\xff", 3) + std::string(100'000, 'y');
  exchange.Request(
      "POST /a HTTP/1.1\r\nHost: es\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n",
      body);
  std::string commands;
  ASSERT_TRUE(writer.Put(exchange, commands).has_value());
  const std::filesystem::path script = directory.path() / "run.sh";
  ASSERT_TRUE(WriteFile(script, commands).has_value());
  EXPECT_THAT(RunScript(script.string(), server),
              testing::ElementsAre(ReframedMessage(*exchange.stored().request)));
}

TEST(Curl, ACommandReadsLikeThis) {
  CurlWriter writer({});
  Exchange exchange(1);
  exchange
      .Request(
          "PUT /idx/_doc/1 HTTP/1.1\r\nHost: es:9200\r\nUser-Agent: x\r\nAccept: */*\r\n"
          "Content-Type: application/json\r\nContent-Length: 7\r\n\r\n",
          "{\"a\":1}")
      .Response("HTTP/1.1 201 Created\r\n\r\n");
  std::string out;
  ASSERT_TRUE(writer.Put(exchange, out).has_value());
  EXPECT_EQ(out,
            "# web1-0001-11  2026-11-21T06:48:00.000000001Z  PUT /idx/_doc/1 -> 201\n"
            "curl -sS --path-as-is -X PUT http://10.0.0.2:9200/idx/_doc/1 \\\n"
            "  -H Expect: \\\n"
            "  -H 'Host: es:9200' \\\n"
            "  -H 'User-Agent: x' \\\n"
            "  -H 'Accept: */*' \\\n"
            "  -H 'Content-Type: application/json' \\\n"
            "  -H 'Content-Length: 7' \\\n"
            "  --data-raw '{\"a\":1}'\n\n");
}

TEST(Curl, WhatCurlCannotSendIsLeftOutAndCounted) {
  CurlWriter writer({});
  std::string out;
  Exchange no_request(1);
  no_request.Response("HTTP/1.1 200 OK\r\n\r\n");
  Exchange with_nul(2);
  with_nul.Request(std::string("GET / HTTP/1.1\r\nA: \0\r\n\r\n", 24));
  Exchange cut(3);
  cut.Request("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n", "abc");
  cut.stored().request->facts.body_bytes = 9;
  for (Exchange* exchange : {&no_request, &with_nul, &cut}) {
    ASSERT_TRUE(writer.Put(*exchange, out).has_value());
  }
  EXPECT_EQ(out, "");
  EXPECT_EQ(writer.Notes().size(), 3U);
}

TEST(Curl, RecordedBytesCannotBecomeCommands) {
  CurlWriter writer({});
  Exchange exchange(1);
  exchange.Request("GET / HTTP/1.1\r\nA: '\r\n\r\n");
  exchange.stored().row.target = "/\n$(touch${IFS}x)";
  std::string out;
  ASSERT_TRUE(writer.Put(exchange, out).has_value());
  EXPECT_THAT(out, HasSubstr("GET /\\n$(touch${IFS}x) -> no answer\n"));
}

}  // namespace
}  // namespace trafrec::tools
