// Bodies of which nothing says where they end, or of which one recipient says so and another
// otherwise (RFC 9112, section 6.3): what follows is no message by that (request smuggling).

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "talk.h"

namespace trafrec::reassembly {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::string PostWith(std::string_view fields, std::string_view body) {
  return fmt::format("POST /a HTTP/1.1\r\n{}\r\n{}", fields, body);
}
std::string OkWith(std::string_view fields, std::string_view body) {
  return fmt::format("HTTP/1.1 200 OK\r\n{}\r\n{}", fields, body);
}

constexpr const char* kUnknownLengths[] = {"Content-Length: 5\r\nContent-Length: 6\r\n",
                                           "Content-Length: 5, 6\r\n",
                                           "Content-Length: -5\r\n",
                                           "Content-Length: abc\r\n",
                                           "Content-Length: 5.0\r\n",
                                           "Content-Length:\r\n",
                                           "Content-Length: 0x5\r\n",
                                           "Content-Length: 5\r\nContent-Length: x\r\n",
                                           "Content-Length: 18446744073709551615\r\n",
                                           "Content-Length: 18446744073709551621\r\n"};  // 2^64 + 5

class UnknownLength : public testing::TestWithParam<const char*> {};

TEST_P(UnknownLength, CutsTheRequestAndProvesNothingOfWhatFollows) {
  Talk talk;
  talk.Client(PostWith(GetParam(), "01234" + Get("/quoted"))).Server(Ok("a"));
  talk.Client(Get("/b")).Server(Ok("b")).Client(Get("/c")).Server(Ok("c"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), Contains("POST /a 200"));
  EXPECT_THAT(talk.pairs(), testing::Not(Contains(testing::HasSubstr("/quoted"))));
  EXPECT_EQ(talk.request(1).body, "");
  EXPECT_THAT(talk.flags(1), testing::IsSupersetOf({"request_truncated", "lenient"}));
  EXPECT_THAT(talk.flags(2), Contains("resynchronised"));
}

TEST_P(UnknownLength, CutsTheAnswerAndProvesNothingOfWhatFollows) {
  Talk talk;
  talk.Client(Get("/a")).Server(OkWith(GetParam(), "01234" + Ok("quoted")));
  talk.Client(Get("/b")).Server(Ok("b")).Client(Get("/c")).Server(Ok("c"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b 200", "GET /c 200"));
  EXPECT_EQ(talk.response(1).body, "");
  EXPECT_THAT(talk.flags(1), ElementsAre("response_truncated", "lenient"));
  EXPECT_EQ(talk.response(2).body, "b");
  EXPECT_THAT(talk.flags(2), Contains("resynchronised"));
}

TEST_P(UnknownLength, IsCoveredByALossRow) {
  Talk talk;
  talk.Client(PostWith(GetParam(), "01234" + Get("/quoted"))).Server(Ok("a"));
  talk.Close();
  EXPECT_EQ(talk.counter("http.unread_bytes"), 5 + Get("/quoted").size());
}

INSTANTIATE_TEST_SUITE_P(Forms, UnknownLength, testing::ValuesIn(kUnknownLengths));

struct Disputed {
  const char* fields;
  const char* body;     ///< on the wire
  const char* decoded;  ///< as it is taken
};

class DisputedEnd : public testing::TestWithParam<Disputed> {};

TEST_P(DisputedEnd, OfARequestProvesNothingOfWhatFollows) {
  Talk talk;
  talk.Client(PostWith(GetParam().fields, GetParam().body + Get("/smuggled"))).Server(Ok("a"));
  talk.Client(Get("/b")).Server(Ok("b")).Client(Get("/c")).Server(Ok("c"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), testing::Not(Contains(testing::HasSubstr("/smuggled"))));
  EXPECT_EQ(talk.request(1).body, GetParam().decoded);
  EXPECT_THAT(talk.flags(1), Contains("lenient"));
  EXPECT_THAT(talk.flags(2), Contains("resynchronised"));
}

TEST_P(DisputedEnd, OfAnAnswerProvesNothingOfWhatFollows) {
  Talk talk;
  talk.Client(Get("/a")).Server(OkWith(GetParam().fields, GetParam().body + Ok("smuggled")));
  talk.Client(Get("/b")).Server(Ok("b")).Client(Get("/c")).Server(Ok("c"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b 200", "GET /c 200"));
  EXPECT_EQ(talk.response(1).body, GetParam().decoded);
  EXPECT_EQ(talk.response(2).body, "b");
  EXPECT_THAT(talk.flags(2), Contains("resynchronised"));
}

INSTANTIATE_TEST_SUITE_P(
    Forms, DisputedEnd,
    testing::Values(
        Disputed{"Content-Length: +5\r\n", "01234", "01234"},
        Disputed{"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "3\r\nabc\r\n0\r\n\r\n",
                 "abc"},
        Disputed{"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n",
                 "abc"},
        Disputed{"Content-Length: x\r\nTransfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n",
                 "abc"},
        Disputed{"Transfer-Encoding: chunked, identity\r\n", "3\r\nabc\r\n0\r\n\r\n", "abc"},
        Disputed{"Transfer-Encoding: chunked;q=1\r\n", "3\r\nabc\r\n0\r\n\r\n", "abc"},
        Disputed{"Transfer-Encoding: chunked rest\r\n", "3\r\nabc\r\n0\r\n\r\n", "abc"},
        Disputed{"Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", "01234", "01234"},
        Disputed{"Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "01234", "01234"}));

TEST(EndOfABody, IsDisputedOfChunksInHttp10) {
  Talk talk;
  talk.Client("POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" +
              Get("/smuggled"))
      .Server(Ok("a"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("POST /a 200"));
  EXPECT_EQ(talk.request(1).body, "abc");
  EXPECT_THAT(talk.flags(1), Contains("lenient"));
}

TEST(EndOfABody, DisputedLeavesNoAnswerToARequestThatMayBeHiddenWithTheNextOne) {
  // The server takes the length, so what is behind it is a request to it, which it answers.
  Talk talk;
  talk.Client(PostWith("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
                       "2e\r\n" + Get("/smuggled") + "x: 0123456789ab\r\n\r\n0\r\n\r\n"))
      .Server(Ok("a") + Ok("smuggled"));
  talk.Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), testing::Not(Contains("GET /b 200")))
      << "or it is the right one: " << talk.response(3).body;
}

TEST(EndOfABody, IsUndisputedWhereTheAnswerHasNoBodyAnyway) {
  for (const char* fields : {"Content-Length: +5\r\n", "Content-Length: 5, 6\r\n",
                             "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"}) {
    Talk talk;
    talk.Client("HEAD /a HTTP/1.1\r\n\r\n" + Get("/b")).Server(OkWith(fields, Ok("b")));
    talk.Close();
    EXPECT_THAT(talk.pairs(), ElementsAre("HEAD /a 200", "GET /b 200")) << fields;
    EXPECT_THAT(talk.flags(2), IsEmpty()) << fields;
  }
}

TEST(EndOfABody, DisputedProvesNothingBehindAGapUpToIt) {
  Talk talk;
  talk.Client(PostWith("Content-Length: +5\r\n", "012")).ClientLost(2).Client(Get("/b"));
  talk.Server(Ok("a"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("POST /a 200"))
      << "the client had no answer when it sent what looks like a request";
}

TEST(EndOfABody, OfACodingThatNobodyKnowsIsUnknown) {
  Talk talk;
  talk.Client(PostWith("Transfer-Encoding: gzip\r\n", "01234") + Get("/next")).Server(Ok("a"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("POST /a 200"));
  EXPECT_THAT(talk.flags(1), ElementsAre("request_truncated", "lenient"));
}

}  // namespace
}  // namespace trafrec::reassembly
