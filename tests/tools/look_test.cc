#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/recorded/request.h"
#include "tests/tools/stored_exchanges.h"
#include "tools/body_view.h"
#include "tools/exchange_page.h"
#include "tools/exchange_table.h"
#include "tools/exchange_words.h"
#include "tools/utf8.h"

// What a person sees of exchanges and bodies.

namespace trafrec::tools {
namespace {

using test_support::Exchange;
using testing::HasSubstr;
using testing::Not;

TEST(BodyView, JsonIsIndentedAndNumbersKeepTheirText) {
  EXPECT_EQ(BodyView(R"({"a":[1.0,9007199254740993],"b":{},"c":"x,{}\"y"})", 0),
            "{\n  \"a\": [\n    1.0,\n    9007199254740993\n  ],\n  \"b\": {},\n"
            "  \"c\": \"x,{}\\\"y\"\n}\n");
}

TEST(BodyView, WhatIsAlmostJsonIsText) {
  EXPECT_EQ(BodyView("{\"a\":1}\n{\"b\":2}\n", 0), "{\"a\":1}\n{\"b\":2}\n");
  EXPECT_EQ(BodyView("{\"a\":", 0), "{\"a\":\n");
}

TEST(BodyView, BinaryIsAHexdump) {
  EXPECT_EQ(BodyView(std::string("\x00Hello\xff", 7), 0),
            "00000000  00 48 65 6c 6c 6f ff                              |.Hello.|\n");
}

TEST(BodyView, ALongBodyIsCutAndSaysHowMuchMoreThereIs) {
  const std::string view = BodyView(std::string(100, 'a'), 40);
  EXPECT_EQ(view, std::string(40, 'a') + "\n… 60 bytes more; --body prints all\n");
}

TEST(BodyView, ACutNeverSplitsACharacter) {
  EXPECT_EQ(BodyView("aaaé" + std::string(20, 'b'), 4),
            "aaa\n… 22 bytes more; --body prints all\n");
}

TEST(BodyView, TextCannotDriveTheTerminal) {
  EXPECT_THAT(BodyView("{\"a\":\"\u009b31m\"}", 0), HasSubstr("\\u{9b}"));
}

TEST(Words, AGapSaysHowMuchWhereAndWhy) {
  const store::MessageGap gap{.part = store::MessageGap::Part::kBody,
                              .body_offset = 20'480,
                              .flow_offset = 30'000,
                              .length = 1'448,
                              .revealed_at = 1,
                              .cause = store::GapCause::kAcknowledged};
  EXPECT_EQ(GapSentence(gap, store::Side::kServer),
            "gap of 1,448 bytes in the response body at 20,480: the peer received it, the capture "
            "did not");
}

TEST(Words, EveryFlagHasAShortNameAndASentence) {
  for (size_t bit = 0; bit < store::FlagNames(~store::Flags{0}).size(); ++bit) {
    const auto flag = static_cast<store::Flag>(bit);
    EXPECT_LE(std::string(ShortFlagName(flag)).size(), 10U);
    EXPECT_GT(std::string(FlagSentence(flag)).size(), 10U);
  }
}

TEST(Words, AFlagHasItsShortNameAndItsLongOne) {
  for (size_t bit = 0; bit < store::FlagNames(~store::Flags{0}).size(); ++bit) {
    const auto flag = static_cast<store::Flag>(bit);
    EXPECT_EQ(FlagOfAnyName(ShortFlagName(flag)).value(), flag);
    EXPECT_EQ(FlagOfAnyName(store::FlagName(flag)).value(), flag);
  }
  EXPECT_EQ(FlagOfAnyName("no_answer").value(), store::Flag::kResponseMissing);
  EXPECT_EQ(FlagOfAnyName("response-missing").value(), store::Flag::kResponseMissing);
}

TEST(Words, AWrongFlagListsAllByBothNames) {
  const auto wrong = FlagOfAnyName("no-answers");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().what, "there is no flag 'no-answers'");
  EXPECT_THAT(wrong.error().remedy, HasSubstr("response_missing (no-answer), request_truncated"));
  EXPECT_THAT(wrong.error().remedy, HasSubstr(", open, "));
}

TEST(Words, AMessageIsWholeOnlyWithAllItsBytes) {
  Exchange exchange(1);
  exchange.Request("GET / HTTP/1.1\r\n\r\n")
      .Response("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", "abc")
      .GapInResponse(2, 3);
  EXPECT_TRUE(recorded::IsWhole(*exchange.stored().request));
  EXPECT_FALSE(recorded::IsWhole(*exchange.stored().response));
}

std::string Table(size_t width, const store::StoredExchange& exchange) {
  ExchangeTable table(width, Paint(false));
  std::string out;
  table.Put(exchange.row, out);
  EXPECT_EQ(out, "") << "the first rows are held back";
  table.Release(out);
  return out;
}

Exchange LongSearch() {
  Exchange exchange(1);
  exchange.Request("POST /" + std::string(200, 'x') + " HTTP/1.1\r\n\r\n", "{}")
      .Response("HTTP/1.1 500 Oops\r\n\r\n", std::string(20'992, 'b'))
      .Flag(store::Flag::kGapInResponse);
  return exchange;
}

TEST(Table, NoLineIsWiderThanTheTerminal) {
  for (const size_t width : {60U, 80U, 100U, 120U, 200U}) {
    std::istringstream lines(Table(width, LongSearch()));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(DisplayWidth(line), width) << line;
    }
  }
}

TEST(Table, FlagsStandBehindACutTarget) {
  EXPECT_THAT(Table(80, LongSearch()), HasSubstr("… resp-gap\n"));
}

TEST(Table, WithoutATerminalNothingIsCut) {
  const std::string table = Table(0, LongSearch());
  EXPECT_THAT(table, HasSubstr("/" + std::string(200, 'x') + " resp-gap\n"));
  EXPECT_THAT(table, HasSubstr("2026-11-21T06:48:00.000000001Z web1-0001-11 POST"));
}

TEST(Table, ATargetCannotDriveTheTerminal) {
  Exchange exchange(1);
  exchange.Request("GET /\033[2J HTTP/1.1\r\n\r\n");
  EXPECT_THAT(Table(80, exchange), HasSubstr("/\\x1b[2J"));
}

TEST(Page, SaysWhatIsMissingInWords) {
  Exchange exchange(1);
  exchange.Request("GET / HTTP/1.1\r\nHost: es\r\n\r\n")
      .Response("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", "abc")
      .GapInResponse(2, 3);
  const std::string page = ExchangePage(exchange, {}, Paint(false));
  EXPECT_THAT(page, HasSubstr("gap of 3 bytes in the response body at 2"));
  EXPECT_THAT(page, HasSubstr("incomplete"));
  EXPECT_THAT(page, HasSubstr("3 of it in the log"));
}

TEST(Page, ManyGapsAreToldTogether) {
  Exchange exchange(1);
  exchange.Request("GET / HTTP/1.1\r\n\r\n").Response("HTTP/1.1 200 OK\r\n\r\n", "abc");
  for (uint64_t i = 0; i < 100; ++i) {
    exchange.GapInResponse(i, 1'000);
  }
  EXPECT_THAT(ExchangePage(exchange, {}, Paint(false)),
              HasSubstr("and 80 gaps more, of 80,000 bytes, in the response (--json has all)"));
}

TEST(Page, AMessageWhoseEndWasNotSeenHasNoLengthOnTheWire) {
  Exchange exchange(1);
  exchange.Request("GET / HTTP/1.1\r\n\r\n").Response("HTTP/1.1 200 OK\r\n\r\n", "abc");
  exchange.GapInResponse(3, 1'000);
  EXPECT_THAT(ExchangePage(exchange, {}, Paint(false)), Not(HasSubstr("at least")));
  exchange.stored().response->facts.gaps.back().part = store::MessageGap::Part::kHead;
  EXPECT_THAT(ExchangePage(exchange, {}, Paint(false)), HasSubstr("at least"));
}

TEST(Page, ShowsOnlyTheSideThatWasAsked) {
  Exchange exchange(1);
  exchange.Request("GET / HTTP/1.1\r\nHost: es\r\n\r\n").Response("HTTP/1.1 200 OK\r\n\r\n");
  const std::string page = ExchangePage(
      exchange, {.request = true, .response = false, .body_bytes_max = 0}, Paint(false));
  EXPECT_THAT(page, HasSubstr("Host: es"));
  EXPECT_THAT(page, Not(HasSubstr("HTTP/1.1 200 OK")));
}

TEST(Page, AnAnswerThatDidNotComeIsNamed) {
  Exchange exchange(1);
  exchange.Request("PUT /a HTTP/1.1\r\n\r\n").Flag(store::Flag::kResponseMissing);
  EXPECT_THAT(ExchangePage(exchange, {}, Paint(false)), HasSubstr("no answer was seen"));
}

}  // namespace
}  // namespace trafrec::tools
