#include "reconcile/history/wrong_pair.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "store/format/flags.h"

namespace trafrec::reconcile {
namespace {

store::StoredMessage Message(const std::string& head, std::string_view body) {
  store::StoredMessage message;
  message.head =
      head + "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n";
  message.body = body;
  return message;
}

/// Joined after a loss.
store::StoredExchange Pair(const std::string& request, const std::string& answer,
                           std::string_view said) {
  store::StoredExchange exchange;
  exchange.row.method = request.substr(0, request.find(' '));
  exchange.row.has_request = exchange.row.has_response = true;
  exchange.row.flags = store::FlagBit(store::Flag::kPairingPresumed);
  exchange.request = Message(request, "{}");
  exchange.response = Message(answer, said);
  return exchange;
}

constexpr const char* kOfOne =
    R"({"_index":"i","_id":"1","_version":2,"result":"updated","_seq_no":7,"_primary_term":1})";
constexpr const char* kPut = "PUT /i/_doc/1 HTTP/1.1\r\n";
constexpr const char* kOk = "HTTP/1.1 200 OK\r\n";

bool IsWrong(const store::StoredExchange& exchange) {
  return IsWrongPair(exchange, *dialect::FindDialect("search"));
}

TEST(WrongPair, AnAnswerThatFitsIsItsRequests) {
  EXPECT_FALSE(IsWrong(Pair(kPut, kOk, kOfOne)));
  EXPECT_FALSE(IsWrong(Pair(std::string(kPut) + "X-Opaque-Id: a\r\n",
                            std::string(kOk) + "X-Opaque-Id: a\r\n", kOfOne)));
}

TEST(WrongPair, AnAnswerThatRepeatsAnotherOpaqueIdIsNot) {
  EXPECT_TRUE(IsWrong(Pair(std::string(kPut) + "X-Opaque-Id: a\r\n",
                           std::string(kOk) + "X-Opaque-Id: b\r\n", kOfOne)));
}

TEST(WrongPair, AnAnswerAboutAnotherDocumentIsNot) {
  EXPECT_TRUE(IsWrong(Pair("PUT /i/_doc/2 HTTP/1.1\r\n", kOk, kOfOne)));
}

TEST(WrongPair, WhoGaveNoIdGetsANewDocument) {
  EXPECT_TRUE(IsWrong(Pair("POST /i/_doc HTTP/1.1\r\n", kOk, kOfOne)));
  EXPECT_FALSE(IsWrong(Pair(
      "POST /i/_doc HTTP/1.1\r\n", "HTTP/1.1 201 Created\r\n",
      R"({"_index":"i","_id":"x","_version":1,"result":"created","_seq_no":7,"_primary_term":1})")));
}

TEST(WrongPair, WhatTheWireProvesIsNotAsked) {
  store::StoredExchange exchange = Pair("PUT /i/_doc/2 HTTP/1.1\r\n", kOk, kOfOne);
  exchange.row.flags = 0;
  EXPECT_FALSE(IsWrong(exchange));
}

}  // namespace
}  // namespace trafrec::reconcile
