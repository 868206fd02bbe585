#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/import/read_text.h"
#include "tests/import/samples.h"

namespace trafrec::import {
namespace {

using store::Flag;
using test_support::Har;
using test_support::ReadText;
using test_support::TargetsOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kNoon = "2026-11-21T06:48:00.000000001Z";

ReadText ReadHar(std::string_view text) { return test_support::Read(text, Format::kHar); }

ImportedExchange OnlyOf(const ReadText& read) {
  EXPECT_EQ(read.exchanges.size(), 1U);
  EXPECT_TRUE(read.report.whole());
  return read.exchanges.empty() ? ImportedExchange() : read.exchanges.front();
}

ImportedExchange Entry(const std::string& more = {}) {
  return OnlyOf(ReadHar(Har({test_support::HarEntry("/a?b=1", kNoon, more)})));
}

/// An entry whose request and response are these members.
ImportedExchange EntryOf(const std::string& request, const std::string& response) {
  return OnlyOf(ReadHar(Har({R"({"startedDateTime":")" + std::string(kNoon) + R"(","request":{)" +
                             request + R"(},"response":{)" + response + "}}"})));
}

constexpr const char* kGet = R"("method":"GET","url":"https://es/a","headers":[])";

TEST(HarReader, AnEntryIsAnExchange) {
  const ImportedExchange exchange = Entry();
  ASSERT_TRUE(exchange.request && exchange.response);
  EXPECT_EQ(exchange.request->head, "GET /a?b=1 HTTP/1.1\r\nHost: es:9200\r\n\r\n");
  EXPECT_EQ(exchange.response->head, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(exchange.response->body, "hello");
  EXPECT_EQ(exchange.host, "es:9200");
  EXPECT_EQ(exchange.connection.server.port, 9200);
}

TEST(HarReader, TimesAreKeptToTheNanosecond) {
  const ImportedExchange exchange = Entry();
  EXPECT_EQ(FormatTime(exchange.began_at), kNoon);
  EXPECT_EQ(exchange.request->facts.last_byte_at - exchange.began_at, 500'000);
  EXPECT_EQ(exchange.latency_ns, 2'000'000);
  EXPECT_EQ(exchange.response->facts.last_byte_at - exchange.began_at, 3'500'000);
}

TEST(HarReader, WhatCameBeforeTheRequestPutsItOff) {
  const ImportedExchange exchange = OnlyOf(ReadHar(
      Har({R"({"startedDateTime":"2026-11-21T07:48:00+01:00","request":{)" + std::string(kGet) +
           R"(},"response":{},"timings":{"blocked":1,"dns":-1,"connect":2.5}})"})));
  EXPECT_EQ(FormatTime(exchange.began_at), "2026-11-21T06:48:00.003500000Z");
}

TEST(HarReader, ContentOfAnEncodedAnswerIsFlaggedAsDecoded) {
  const ImportedExchange exchange = EntryOf(
      kGet,
      R"("status":200,"headers":[{"name":"content-encoding","value":"gzip"},)"
      R"({"name":"content-length","value":"30"}],"content":{"size":4,"text":"text"},"bodySize":30)");
  EXPECT_TRUE(HasFlag(exchange.response->facts.flags, Flag::kReencoded));
  EXPECT_EQ(exchange.response->facts.body_bytes, 4U);
  EXPECT_EQ(exchange.response->facts.declared_bytes, 30U);
}

TEST(HarReader, BinaryContentIsTakenOutOfBase64) {
  const ImportedExchange exchange =
      EntryOf(kGet, R"("status":200,"content":{"size":2,"encoding":"base64","text":"//4="})");
  EXPECT_EQ(exchange.response->body, "\xff\xfe");
}

TEST(HarReader, ContentThatIsNotThereIsFlagged) {
  const ImportedExchange exchange =
      EntryOf(kGet, R"("status":200,"content":{"size":7},"bodySize":-1)");
  EXPECT_TRUE(HasFlag(exchange.response->facts.flags, Flag::kBodyMissing));
  EXPECT_EQ(exchange.response->facts.body_bytes, 7U);
  EXPECT_EQ(exchange.response->facts.body_stored_bytes, 0U);
}

TEST(HarReader, AFormWithoutItsTextLacksItsBody) {
  const ImportedExchange exchange = EntryOf(
      R"("method":"POST","url":"http://es/","postData":{"params":[{"name":"a","value":"1"}]})", "");
  EXPECT_TRUE(HasFlag(exchange.request->facts.flags, Flag::kBodyMissing));
}

TEST(HarReader, AnAnswerThatNobodySawHasStatusZero) {
  EXPECT_FALSE(EntryOf(kGet, R"("status":0)").response);
}

TEST(HarReader, ContentOfACacheIsNoBodyOfA304) {
  const ImportedExchange exchange =
      EntryOf(kGet, R"("status":304,"content":{"size":5,"text":"hello"})");
  EXPECT_EQ(exchange.response->body, "");
  EXPECT_EQ(exchange.response->facts.flags, 0U);
}

TEST(HarReader, EntriesThatACacheAnsweredWereNotSent) {
  const ReadText read = ReadHar(Har({test_support::HarEntry("/a", kNoon, R"(,"_fromCache":"disk")"),
                                     test_support::HarEntry("/b", kNoon)}));
  EXPECT_THAT(TargetsOf(read), ElementsAre("/b"));
  EXPECT_EQ(read.report.left_out.at("cached_entries"), 1U);
  EXPECT_TRUE(read.report.whole());
}

TEST(HarReader, PseudoHeadersBecomeAHeadOfHttp1) {
  const ImportedExchange exchange =
      EntryOf(R"("method":"POST","url":"https://es/x","httpVersion":"h2","headers":[)"
              R"({"name":":method","value":"POST"},{"name":":authority","value":"es"},)"
              R"({"name":":path","value":"/x"},{"name":"accept","value":"*/*"}],)"
              R"("postData":{"text":"{}"})",
              "");
  EXPECT_EQ(exchange.request->head,
            "POST /x HTTP/1.1\r\nHost: es\r\naccept: */*\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(exchange.request->facts.version_major, 2);
  EXPECT_EQ(exchange.connection.protocol, store::Protocol::kTls);
  EXPECT_EQ(exchange.connection.server.port, 443);
}

TEST(HarReader, JoinedCookiesAreFieldsAgain) {
  const ImportedExchange exchange =
      EntryOf(kGet, R"("status":200,"headers":[{"name":"Set-Cookie","value":"a=1\nb=2"}])");
  EXPECT_THAT(exchange.response->head, HasSubstr("Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"));
}

TEST(HarReader, ALineBreakInANameIsRefused) {
  const ReadText read =
      ReadHar(Har({R"({"startedDateTime":"2026-11-21T06:48:00Z","request":{"method":"GET",)"
                   R"("url":"http://es/","headers":[{"name":"a\r\nb","value":""}]}})"}));
  EXPECT_TRUE(read.exchanges.empty());
  EXPECT_EQ(read.report.damaged, 1U);
}

TEST(HarReader, EntriesOfOneConnectionShareItsNumber) {
  const ReadText read = ReadHar(Har({test_support::HarEntry("/a", kNoon, R"(,"connection":"7")"),
                                     test_support::HarEntry("/b", kNoon, R"(,"connection":"7")"),
                                     test_support::HarEntry("/c", kNoon)}));
  ASSERT_EQ(read.exchanges.size(), 3U);
  EXPECT_EQ(read.exchanges[0].connection.number, 7U);
  EXPECT_EQ(read.exchanges[1].connection.number, 7U);
  EXPECT_NE(read.exchanges[2].connection.number, 7U);
}

TEST(HarReader, EntriesLeaveInOrderOfTime) {
  EXPECT_THAT(TargetsOf(ReadHar(Har({test_support::HarEntry("/b", "2026-11-21T06:48:02Z"),
                                     test_support::HarEntry("/a", "2026-11-21T06:48:01Z")}))),
              ElementsAre("/a", "/b"));
}

TEST(HarReader, GarbageBetweenEntriesCostsNoEntry) {
  const std::string a = test_support::HarEntry("/a", kNoon);
  const std::string b = test_support::HarEntry("/b", kNoon);
  for (const std::string garbage : {",\x01\xff garbage ,", ",\"{\",", ",{\"a\":,", ",]{}["}) {
    const ReadText read = ReadHar(Har({a, b}, garbage));
    EXPECT_THAT(TargetsOf(read), ElementsAre("/a", "/b")) << garbage;
    EXPECT_FALSE(read.report.whole()) << garbage;
  }
}

TEST(HarReader, ADamagedEntryIsNamedByItsPlace) {
  std::string broken = test_support::HarEntry("/broken", kNoon);
  broken[broken.find("\"headers\"")] = '\\';
  const std::string a = test_support::HarEntry("/a", kNoon);
  const std::string text = Har({a, broken, test_support::HarEntry("/b", kNoon)});
  const ReadText read = ReadHar(text);
  EXPECT_THAT(TargetsOf(read), ElementsAre("/a", "/b"));
  ASSERT_EQ(read.report.places.size(), 1U);
  EXPECT_EQ(read.report.places[0].offset, text.find(broken));
  EXPECT_FALSE(read.report.places[0].cut);
  ASSERT_EQ(read.losses.size(), 1U);
  EXPECT_EQ(read.losses[0].cause, store::LossCause::kDamage);
}

TEST(HarReader, DeepNestingIsRefusedAndTheNextEntryTaken) {
  const std::string deep = R"({"a":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  const ReadText read = ReadHar(Har({deep, test_support::HarEntry("/b", kNoon)}));
  EXPECT_THAT(TargetsOf(read), ElementsAre("/b"));
  EXPECT_THAT(read.report.places.at(0).what, HasSubstr("deeply"));
}

TEST(HarReader, ATextThatIsNoHarIsRefused) {
  EXPECT_TRUE(ReadHar(R"({"entries":[{}]} )").error);
  EXPECT_TRUE(ReadHar(R"([1,2])").error);
}

}  // namespace
}  // namespace trafrec::import
