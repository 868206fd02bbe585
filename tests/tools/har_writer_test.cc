#include "tools/har_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/deflated.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/har_schema.h"
#include "tests/tools/stored_exchanges.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Exchange;
using testing::IsEmpty;

json Har(const std::vector<const store::StoredExchange*>& exchanges,
         std::vector<std::string>* notes = nullptr) {
  HarWriter writer;
  std::string out;
  writer.Begin(out);
  for (const store::StoredExchange* exchange : exchanges) {
    EXPECT_TRUE(writer.Put(*exchange, out).has_value());
  }
  writer.End(out);
  if (notes != nullptr) {
    *notes = writer.Notes();
  }
  return json::parse(out);
}

json Entry(const store::StoredExchange& exchange) {
  const json har = Har({&exchange});
  EXPECT_THAT(test_support::HarTroubles(har), IsEmpty());
  return har["log"]["entries"][0];
}

TEST(Har, AnEmptyFileIsValid) { EXPECT_THAT(test_support::HarTroubles(Har({})), IsEmpty()); }

TEST(Har, TheSchemaCheckFindsWhatIsWrong) {
  json har = Har({});
  har["log"]["odd"] = 1;
  har["log"].erase("creator");
  EXPECT_EQ(test_support::HarTroubles(har).size(), 2U);
}

/// Entries of all kinds: binary bodies, redirects, cookies, no answer, bytes that are no UTF-8.
json OddHar() {
  Exchange one(1);
  one.Request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").Response("HTTP/1.1 200 OK\r\n\r\n");
  Exchange two(2);
  two.Request("POST /x?a=1 HTTP/1.0\r\nCookie: a=1; b=2\r\nContent-Length: 2\r\n\r\n", "\xff\xfe")
      .Response("HTTP/1.1 302 Found\r\nLocation: /y\r\nSet-Cookie: s=1; Path=/\r\n\r\n");
  Exchange three(3);
  three.Request("GET /\xff HTTP/1.1\r\nX: \xfe\r\n\r\n");
  return Har({&static_cast<const store::StoredExchange&>(one),
              &static_cast<const store::StoredExchange&>(two),
              &static_cast<const store::StoredExchange&>(three)});
}

TEST(Har, EntriesOfAllKindsAreValid) {
  const json har = OddHar();
  EXPECT_THAT(test_support::HarTroubles(har), IsEmpty());
  EXPECT_EQ(har["log"]["entries"].size(), 3U);
}

/// By the schema that other programs use.
test_support::Outcome CheckedWithPublishedSchema(const json& har) {
  const test_support::TemporaryFolder folder;
  return test_support::RunToEnd(
      {"/usr/bin/python3", TRAFREC_HAR_SCHEMA_CHECK, folder.Write("a.har", har.dump())});
}

TEST(Har, ThePublishedSchemaHoldsEntriesOfAllKindsValid) {
  const test_support::Outcome outcome = CheckedWithPublishedSchema(OddHar());
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
}

TEST(Har, ThePublishedSchemaIsReallyAsked) {
  json har = OddHar();
  har["log"]["entries"][1]["response"].erase("redirectURL");
  EXPECT_EQ(CheckedWithPublishedSchema(har).out,
            "log.entries.1.response: 'redirectURL' is a required property\n");
}

TEST(Har, TheUrlIsAbsoluteWhateverTheFormOfTheTarget) {
  const auto url = [](const char* head) {
    Exchange exchange(1);
    exchange.Request(head);
    return Entry(exchange)["request"]["url"].get<std::string>();
  };
  EXPECT_EQ(url("GET /a?b HTTP/1.1\r\nHost: es:9200\r\n\r\n"), "http://es:9200/a?b");
  EXPECT_EQ(url("GET http://x/y HTTP/1.1\r\nHost: x\r\n\r\n"), "http://x/y");
  EXPECT_EQ(url("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"), "http://x/*");
  EXPECT_EQ(url("GET /\xff HTTP/1.0\r\n\r\n"), "http://10.0.0.2:9200/%FF");
}

TEST(Har, QueriesAndCookiesAreTakenApart) {
  Exchange exchange(1);
  exchange.Request("GET /?a=1%2B1&b&c=x+y HTTP/1.1\r\nCookie: s=1; t=2\r\n\r\n")
      .Response("HTTP/1.1 200 OK\r\nSet-Cookie: u=3; HttpOnly\r\n\r\n");
  const json entry = Entry(exchange);
  EXPECT_EQ(entry["request"]["queryString"].dump(),
            R"([{"name":"a","value":"1+1"},{"name":"b","value":""},{"name":"c","value":"x y"}])");
  EXPECT_EQ(entry["request"]["cookies"].dump(),
            R"([{"name":"s","value":"1"},{"name":"t","value":"2"}])");
  EXPECT_EQ(entry["response"]["cookies"].dump(), R"([{"name":"u","value":"3"}])");
}

TEST(Har, ContentIsDecodedAndItsWireSizeStays) {
  const std::string text(1'000, 'a');
  const std::string body = test_support::Deflated(text, test_support::kGzip);
  Exchange exchange(1);
  exchange.Request("GET / HTTP/1.1\r\n\r\n")
      .Response(
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n"
          "Content-Length: 20\r\n\r\n",
          body);
  const json response = Entry(exchange)["response"];
  EXPECT_EQ(response["content"]["text"], text);
  EXPECT_EQ(response["content"]["size"], 1'000);
  EXPECT_EQ(response["bodySize"], body.size());
  EXPECT_EQ(response["content"]["mimeType"], "text/plain");
}

TEST(Har, BinaryContentIsBase64) {
  Exchange exchange(1);
  exchange.Request("GET / HTTP/1.1\r\n\r\n").Response("HTTP/1.1 200 OK\r\n\r\n", "\x89PNG");
  const json content = Entry(exchange)["response"]["content"];
  EXPECT_EQ(content["encoding"], "base64");
  EXPECT_EQ(content["text"], "iVBORw==");
}

TEST(Har, ContentThatCannotBeDecodedStaysAndSaysSo) {
  Exchange exchange(1);
  exchange.Request("GET / HTTP/1.1\r\n\r\n")
      .Response("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", "not gzip");
  const json content = Entry(exchange)["response"]["content"];
  EXPECT_EQ(content["text"], "not gzip");
  EXPECT_THAT(content["comment"].get<std::string>(), testing::HasSubstr("as stored"));
}

TEST(Har, AnExchangeWithoutAResponseHasStatusZero) {
  Exchange exchange(1);
  exchange.Request("GET / HTTP/1.1\r\n\r\n").Flag(store::Flag::kResponseMissing);
  const json entry = Entry(exchange);
  EXPECT_EQ(entry["response"]["status"], 0);
  EXPECT_EQ(entry["_flags"][0], "response_missing");
}

TEST(Har, AResponseWithoutARequestIsLeftOutAndCounted) {
  Exchange exchange(1);
  exchange.Response("HTTP/1.1 200 OK\r\n\r\n");
  std::vector<std::string> notes;
  const json har = Har({&static_cast<const store::StoredExchange&>(exchange)}, &notes);
  EXPECT_EQ(har["log"]["entries"].size(), 0U);
  EXPECT_EQ(notes.size(), 1U);
}

TEST(Har, TimesAreMillisecondsAndAddUp) {
  Exchange exchange(1);
  exchange.Request("GET / HTTP/1.1\r\n\r\n").Response("HTTP/1.1 200 OK\r\n\r\n");
  const json entry = Entry(exchange);
  EXPECT_DOUBLE_EQ(entry["timings"]["wait"], 1.999);
  EXPECT_DOUBLE_EQ(entry["time"].get<double>(), entry["timings"]["send"].get<double>() +
                                                    entry["timings"]["wait"].get<double>() +
                                                    entry["timings"]["receive"].get<double>());
}

}  // namespace
}  // namespace trafrec::tools
