#include "tools/ndjson_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/stored_exchanges.h"

namespace trafrec::tools {
namespace {

using test_support::Exchange;
using testing::ElementsAre;

std::string Line(const store::StoredExchange& exchange) {
  std::string out;
  EXPECT_TRUE(NdjsonWriter().Put(exchange, out).has_value());
  return out;
}

nlohmann::ordered_json Parsed(const store::StoredExchange& exchange) {
  return nlohmann::ordered_json::parse(Line(exchange));
}

std::vector<std::string> Keys(const nlohmann::ordered_json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) {
    keys.push_back(key);
  }
  return keys;
}

Exchange Put() {
  return Exchange(1)
      .Request("PUT /a?q=%20 HTTP/1.1\r\nHost: es:9200\r\nContent-Length: 2\r\n\r\n", "{}")
      .Response("HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\n", "ok\n");
}

TEST(Ndjson, ALineIsExactlyThis) {
  EXPECT_EQ(
      Line(Put()),
      R"({"v":1,"id":"web1-0001-11","time":"2026-11-21T06:48:00.000000001Z","recorder":"web1",)"
      R"("connection":3,"n":1,"client":"10.0.0.1:40000","server":"10.0.0.2:9200","method":"PUT",)"
      R"("target":"/a?q=%20","host":"es:9200","status":201,"version":"1.1",)"
      R"("request":{"version":"1.1","headers":[["Host","es:9200"],["Content-Length","2"]],)"
      R"("trailers":[],"body_len":2,"body_stored_len":2,"body":"{}",)"
      R"("times":{"first_byte":"2026-11-21T06:48:00.000000001Z",)"
      R"("last_byte":"2026-11-21T06:48:00.000001001Z"}},)"
      R"("response":{"version":"1.1","reason":"Created","headers":[["Content-Length","3"]],)"
      R"("trailers":[],"body_len":3,"body_stored_len":3,"body":"ok\n",)"
      R"("times":{"first_byte":"2026-11-21T06:48:00.002000001Z",)"
      R"("last_byte":"2026-11-21T06:48:00.002001001Z"}},)"
      R"("interim":[],"latency_ns":1999000,)"
      R"("wire":{"interface":"","encapsulation":[],"client_isn":1000,"server_isn":null,)"
      R"("handshake_ns":null,"opened":"2026-11-21T06:48:00.000000001Z",)"
      R"("closed":"2026-11-21T06:48:01.000000001Z","close":"fin",)"
      R"("client_close":{"fin_time":null,"fin_seq":null,"rst_time":null,"rst_seq":null,)"
      R"("payload_bytes":0,"gap_bytes":0},)"
      R"("server_close":{"fin_time":null,"fin_seq":null,"rst_time":null,"rst_seq":null,)"
      R"("payload_bytes":0,"gap_bytes":0},)"
      R"("request":{"seq":0,"offset":0,"ack":null,"bytes":61,"acked_bytes":61,"last_ack":null,)"
      R"("last_ack_time":null,"copies":0,"last_copy":"2026-11-21T06:48:00.000001001Z",)"
      R"("framing":"content_length","declared_len":2,"flags":[]},)"
      R"("response":{"seq":0,"offset":0,"ack":null,"bytes":46,"acked_bytes":46,"last_ack":null,)"
      R"("last_ack_time":null,"copies":0,"last_copy":"2026-11-21T06:48:00.002001001Z",)"
      R"("framing":"content_length","declared_len":3,"flags":[]}},)"
      R"("flags":[],"gaps":[],"sightings":1,"source":null})"
      "\n");
}

TEST(Ndjson, AMissingResponseIsNullAndTheFieldsStay) {
  Exchange exchange(2);
  exchange.Request("GET / HTTP/1.1\r\n\r\n").Flag(store::Flag::kResponseMissing);
  const auto json = Parsed(exchange);
  EXPECT_EQ(Keys(json), Keys(Parsed(Put())));
  EXPECT_TRUE(json["response"].is_null());
  EXPECT_TRUE(json["status"].is_null());
  EXPECT_TRUE(json["latency_ns"].is_null());
  EXPECT_TRUE(json["wire"]["response"].is_null());
  EXPECT_EQ(json["flags"], nlohmann::json({"response_missing"}));
}

TEST(Ndjson, AMissingRequestLeavesMethodTargetAndHostNull) {
  Exchange exchange(2);
  exchange.Response("HTTP/1.0 200 OK\r\n\r\n");
  const auto json = Parsed(exchange);
  EXPECT_EQ(Keys(json), Keys(Parsed(Put())));
  EXPECT_TRUE(json["request"].is_null());
  EXPECT_TRUE(json["method"].is_null());
  EXPECT_TRUE(json["target"].is_null());
  EXPECT_TRUE(json["host"].is_null());
  EXPECT_EQ(json["version"], "1.0");
}

TEST(Ndjson, BytesThatAreNoUtf8AreBase64InTargetHeadersAndBodies) {
  Exchange exchange(2);
  exchange.Request("POST /\xff HTTP/1.1\r\nX: \xfe\r\nContent-Length: 1\r\n\r\n", "\x80");
  const auto json = Parsed(exchange);
  EXPECT_EQ(json["target"]["b64"], "L/8=");
  EXPECT_EQ(json["request"]["headers"][0][1]["b64"], "/g==");
  EXPECT_EQ(json["request"]["body_b64"], "gA==");
  EXPECT_FALSE(json["request"].contains("body"));
}

TEST(Ndjson, AFieldWithoutAColonHasANullValue) {
  Exchange exchange(2);
  exchange.Request("GET / HTTP/1.1\r\nnonsense\r\n\r\n");
  EXPECT_EQ(Parsed(exchange)["request"]["headers"].dump(), R"([["nonsense",null]])");
}

TEST(Ndjson, AGapIsAValueAndTheStoredBodyLacksIt) {
  Exchange exchange(2);
  exchange.Request("GET / HTTP/1.1\r\n\r\n")
      .Response("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", "abc")
      .GapInResponse(2, 3);
  const auto json = Parsed(exchange);
  EXPECT_EQ(json["response"]["body_len"], 6);
  EXPECT_EQ(json["response"]["body_stored_len"], 3);
  EXPECT_EQ(json["gaps"].dump(),
            R"([{"message":"response","part":"body","body_offset":2,"flow_offset":102,"length":3,)"
            R"("time":"2026-11-21T06:48:00.003000001Z","cause":"acknowledged"}])");
}

TEST(Ndjson, InterimAnswersAreListedWithTheirFields) {
  Exchange exchange(2);
  exchange.Request("GET / HTTP/1.1\r\n\r\n")
      .Interim(103, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  EXPECT_EQ(Parsed(exchange)["interim"].dump(),
            R"([{"time":"2026-11-21T06:48:00.001000001Z","status":103,"reason":"Early Hints",)"
            R"("headers":[["Link","</a>"]]}])");
}

TEST(Ndjson, TrailersAreFields) {
  Exchange exchange(2);
  exchange.Request("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "x", "T: 1\r\n");
  EXPECT_EQ(Parsed(exchange)["request"]["trailers"].dump(), R"([["T","1"]])");
}

TEST(RowJson, HasTheSameNamesAndNoBodies) {
  const Exchange exchange = Put();
  std::string out;
  AppendRowJson(out, static_cast<const store::StoredExchange&>(exchange).row);
  EXPECT_THAT(Keys(nlohmann::ordered_json::parse(out)),
              ElementsAre("v", "id", "time", "recorder", "connection", "n", "client", "server",
                          "method", "target", "host", "status", "request_body_len",
                          "response_body_len", "latency_ns", "flags", "sightings", "source"));
}

TEST(Ndjson, AResultSaysWhatItWasSentFor) {
  Exchange exchange = Put();
  store::ExchangeRow& row = exchange.stored().row;
  row.link = store::ResultLink{.exchange = 1,
                               .source_recorder = "web1",
                               .source_attempt = 2,
                               .source_exchange = 3,
                               .first_item = 4,
                               .items = 5,
                               .tries = 6,
                               .parts = 7,
                               .target = "new",
                               .lag_ns = 8,
                               .wait = "order",
                               .wait_ns = 9,
                               .source_outcome = "created"};
  EXPECT_EQ(Parsed(exchange)["source"].dump(),
            R"({"id":"web1-0002-13","item":4,"items":5,"tries":6,"parts":7,"target":"new",)"
            R"("lag_ns":8,"wait":"order","wait_ns":9,"source_outcome":"created",)"
            R"("target_outcome":null})");
}

TEST(RowJson, OfAWholeExchangeNoItemIsNamed) {
  Exchange exchange = Put();
  store::ExchangeRow& row = exchange.stored().row;
  row.link = store::ResultLink{
      .exchange = 1, .source_recorder = "web1", .source_attempt = 1, .source_exchange = 1};
  std::string out;
  AppendRowJson(out, row);
  EXPECT_THAT(out,
              testing::HasSubstr(R"("source":{"id":"web1-0001-11","item":null,"items":null,)"));
}

}  // namespace
}  // namespace trafrec::tools
