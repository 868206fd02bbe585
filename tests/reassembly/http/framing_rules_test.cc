// Whether a message has a body, and where that ends, by method, status and fields (RFC 9112,
// section 6.3).

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "talk.h"

namespace trafrec::reassembly {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Fields {
  const char* text;
  const char* body;  ///< on the wire
};

constexpr Fields kLength = {"Content-Length: 3\r\n", "abc"};
constexpr Fields kChunked = {"Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"};
constexpr Fields kZero = {"Content-Length: 0\r\n", ""};
constexpr Fields kNone = {"", ""};

constexpr const char* kMethods[] = {"GET",  "POST",     "PUT",        "DELETE", "OPTIONS", "PATCH",
                                    "LOCK", "PROPFIND", "MKCALENDAR", "REPORT", "QUERY",   "BREW"};

TEST(FramingRules, AnswerHasTheBodyThatItsFieldsSayWhateverTheMethod) {
  for (const char* method : kMethods) {
    for (const int status : {200, 201, 206, 207, 302, 404, 423, 500, 503, 999}) {
      for (const Fields& fields : {kLength, kChunked}) {
        SCOPED_TRACE(fmt::format("{} {} {}", method, status, fields.text));
        Talk talk;
        talk.Client(fmt::format("{} /a HTTP/1.1\r\n\r\n", method) + Get("/next"));
        talk.Server(fmt::format("HTTP/1.1 {} X\r\n{}\r\n{}", status, fields.text, fields.body) +
                    Ok("next"));
        talk.Close();
        ASSERT_THAT(talk.pairs(),
                    ElementsAre(fmt::format("{} /a {}", method, status), "GET /next 200"));
        EXPECT_EQ(talk.response(1).body, "abc");
        EXPECT_THAT(talk.flags(1), IsEmpty());
        EXPECT_THAT(talk.flags(2), IsEmpty());
      }
    }
  }
}

TEST(FramingRules, AnswerToHeadAndOnesOf204And304HaveNoBodyWhateverTheirFieldsSay) {
  for (const auto& [method, status] : {std::pair("HEAD", 200),
                                       {"HEAD", 404},
                                       {"HEAD", 204},
                                       {"GET", 204},
                                       {"DELETE", 204},
                                       {"GET", 304},
                                       {"PROPFIND", 304}}) {
    for (const Fields& fields : {kLength, kChunked, kZero, kNone}) {
      SCOPED_TRACE(fmt::format("{} {} {}", method, status, fields.text));
      Talk talk;
      talk.Client(fmt::format("{} /a HTTP/1.1\r\n\r\n", method) + Get("/next"));
      talk.Server(fmt::format("HTTP/1.1 {} X\r\n{}\r\n", status, fields.text) + Ok("next"));
      talk.Close();
      ASSERT_THAT(talk.pairs(),
                  ElementsAre(fmt::format("{} /a {}", method, status), "GET /next 200"));
      EXPECT_EQ(talk.response(1).body, "");
      EXPECT_THAT(talk.flags(1), IsEmpty());
    }
  }
}

TEST(FramingRules, AnswerWithoutFieldsEndsWithItsFlowWhateverTheMethodAndTheVersion) {
  for (const char* method : kMethods) {
    for (const int minor : {0, 1}) {
      Talk talk;
      talk.Client(fmt::format("{} /a HTTP/1.1\r\n\r\n", method));
      talk.Server(fmt::format("HTTP/1.{} 200 OK\r\n\r\n", minor) + Ok("quoted")).ServerFin();
      talk.Close();
      ASSERT_THAT(talk.pairs(), ElementsAre(fmt::format("{} /a 200", method)));
      EXPECT_EQ(talk.response(1).body, Ok("quoted"));
      EXPECT_THAT(talk.flags(1), IsEmpty());
    }
  }
}

TEST(FramingRules, RequestOfAnyMethodHasTheBodyThatItsFieldsSay) {
  for (const char* method : kMethods) {
    for (const Fields& fields : {kLength, kChunked, kZero, kNone}) {
      SCOPED_TRACE(fmt::format("{} {}", method, fields.text));
      Talk talk;
      talk.Client(fmt::format("{} /a HTTP/1.1\r\n{}\r\n{}", method, fields.text, fields.body) +
                  Get("/next"));
      talk.Server(Ok("a") + Ok("next"));
      talk.Close();
      ASSERT_THAT(talk.pairs(), ElementsAre(fmt::format("{} /a 200", method), "GET /next 200"));
      EXPECT_EQ(talk.request(1).body, *fields.body == 0 ? "" : "abc");
      EXPECT_THAT(talk.flags(1), IsEmpty());
    }
  }
}

TEST(FramingRules, RequestOfHeadMayHaveABody) {
  Talk talk;
  talk.Client("HEAD /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc" + Get("/next"));
  talk.Server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" + Ok("next"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("HEAD /a 200", "GET /next 200"));
  EXPECT_EQ(talk.request(1).body, "abc");
}

TEST(FramingRules, AbsoluteTargetIsKeptAsItWasSent) {
  Talk talk;
  talk.Client("GET http://es:9200//x?y HTTP/1.1\r\nHost: other\r\n\r\n").Server(Ok("a"));
  talk.Close();
  EXPECT_EQ(talk.exchange(1).target, "http://es:9200//x?y");
  EXPECT_EQ(talk.exchange(1).host, "other");
  EXPECT_THAT(talk.flags(1), IsEmpty());
}

TEST(FramingRules, FinalAnswerInsteadOfContinueEndsTheExchange) {
  Talk talk;
  talk.Client("PUT /a HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
      .Server("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n")
      .Client("hi" + Get("/next"))
      .Server(Ok("next"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("PUT /a 417", "GET /next 200"));
  EXPECT_THAT(talk.flags(1), ElementsAre("early_response"));
  EXPECT_THAT(talk.flags(2), IsEmpty());
}

}  // namespace
}  // namespace trafrec::reassembly
