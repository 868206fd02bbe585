#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "talk.h"

namespace trafrec::reassembly {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

/// Body of a request whose head has these fields, and which is followed by another request.
struct Taken {
  std::string body;
  std::vector<std::string> pairs;
  std::vector<std::string> flags;
};

Taken Take(std::string_view fields, std::string_view body) {
  Talk talk;
  talk.Client(fmt::format("POST /a HTTP/1.1\r\n{}\r\n{}", fields, body) + Get("/next"));
  talk.Server(Ok("a") + Ok("next"));
  talk.Close();
  return {talk.request(1).body, talk.pairs(), talk.flags(1)};
}

class LenientLength : public testing::TestWithParam<const char*> {};

TEST_P(LenientLength, IsFiveAndFlagged) {
  const Taken taken = Take(GetParam(), "01234");
  EXPECT_EQ(taken.body, "01234");
  EXPECT_THAT(taken.pairs, ElementsAre("POST /a 200", "GET /next 200"));
  EXPECT_THAT(taken.flags, ElementsAre("lenient"));
}

TEST_P(LenientLength, OfAnAnswerIsReadInTheSameWay) {
  Talk talk;
  talk.Client(Get("/a") + Get("/next"));
  talk.Server(fmt::format("HTTP/1.1 200 OK\r\n{}\r\n01234", GetParam()) + Ok("next"));
  talk.Close();
  EXPECT_EQ(talk.response(1).body, "01234");
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /next 200"));
  EXPECT_THAT(talk.flags(1), ElementsAre("lenient"));
}

INSTANTIATE_TEST_SUITE_P(
    Forms, LenientLength,
    testing::Values("Content-Length: 5\n", "Content-Length : 5\r\n", "Content-Length: 5, 5\r\n",
                    "Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length:\r\n 5\r\n",
                    "X: folded\r\n\tonce\r\n twice\r\nContent-Length: 5\r\n",
                    "no field\r\nContent-Length: 5\r\n", "X: \x01\r\ncontent-length:5\r\n"));

class LenientChunked : public testing::TestWithParam<const char*> {};

TEST_P(LenientChunked, IsUndoneAndFlagged) {
  const Taken taken = Take(GetParam(), "3\r\nabc\r\n0\r\n\r\n");
  EXPECT_EQ(taken.body, "abc");
  EXPECT_THAT(taken.pairs, ElementsAre("POST /a 200", "GET /next 200"));
  EXPECT_THAT(taken.flags, ElementsAre("lenient"));
}

INSTANTIATE_TEST_SUITE_P(Forms, LenientChunked,
                         testing::Values("Transfer-Encoding:\r\n chunked\r\n",
                                         "Transfer-Encoding : chunked\r\n",
                                         "Transfer-Encoding: chunked\n"));

TEST(Lenient, BareLineFeedsThroughoutAHead) {
  Talk talk;
  talk.Client("POST /a HTTP/1.1\nContent-Length: 2\n\nhi" + Get("/next"));
  talk.Server("HTTP/1.1 200 OK\nContent-Length: 2\n\nok" + Ok("next"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("POST /a 200", "GET /next 200"));
  EXPECT_EQ(talk.request(1).body, "hi");
  EXPECT_EQ(talk.response(1).body, "ok");
  EXPECT_THAT(talk.flags(1), ElementsAre("lenient"));
}

TEST(Lenient, BareLineFeedsInChunkFraming) {
  const Taken taken = Take("Transfer-Encoding: chunked\r\n", "3\nabc\n0\n\n");
  EXPECT_EQ(taken.body, "abc");
  EXPECT_THAT(taken.flags, ElementsAre("lenient"));
}

TEST(Lenient, BlanksAfterTheChunkSize) {
  const Taken taken = Take("Transfer-Encoding: chunked\r\n", "3  \r\nabc\r\n0\r\n\r\n");
  EXPECT_EQ(taken.body, "abc");
  EXPECT_THAT(taken.flags, ElementsAre("lenient"));
}

TEST(Lenient, BlanksBeforeTheChunkSize) {
  const Taken taken = Take("Transfer-Encoding: chunked\r\n", " 3\r\nabc\r\n\t0\r\n\r\n");
  EXPECT_EQ(taken.body, "abc");
  EXPECT_THAT(taken.flags, ElementsAre("lenient"));
}

TEST(Lenient, ChunkExtensionsAreStrict) {
  const Taken taken = Take("Transfer-Encoding: chunked\r\n", "3;a=b\r\nabc\r\n0;c\r\n\r\n");
  EXPECT_THAT(taken.flags, IsEmpty());
}

TEST(Lenient, ChunkSizeThatWouldWrapEndsTheMessageFlagged) {
  const Taken taken = Take("Transfer-Encoding: chunked\r\n",
                           "10000000000000003\r\nabc\r\n0\r\n\r\n");  // 2^64 + 3
  EXPECT_EQ(taken.body, "");
  EXPECT_THAT(taken.flags, ElementsAre("request_truncated", "lenient"));
}

TEST(Lenient, SignOrPrefixOfAChunkSizeEndsTheMessageFlagged) {
  for (const char* size : {"+3", "-3", "0x3", ""}) {
    const Taken taken =
        Take("Transfer-Encoding: chunked\r\n", fmt::format("{}\r\nabc\r\n0\r\n\r\n", size));
    EXPECT_EQ(taken.body, "") << size;
    EXPECT_THAT(taken.flags, ElementsAre("request_truncated", "lenient")) << size;
  }
}

TEST(Lenient, SimpleRequestGetsAHeadlessAnswer) {
  Talk talk;
  talk.Client("GET /old\r\n").Server("<html>").Server("</html>").ServerFin();
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /old 0"));
  EXPECT_EQ(talk.response(1).body, "<html></html>");
  EXPECT_EQ(talk.response(1).facts.version_minor, 9);
  EXPECT_THAT(talk.flags(1), ElementsAre("lenient"));
}

TEST(Lenient, SimpleRequestMayGetAModernAnswer) {
  Talk talk;
  talk.Client("GET /old\r\n").Server("HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nbad");
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /old 400"));
}

TEST(Lenient, LastLineEndOfChunksMayBeMissingAtTheClose) {
  Talk talk;
  talk.Client(Get("/a"))
      .Server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n")
      .ServerFin();
  talk.Close();
  EXPECT_THAT(talk.flags(1), ElementsAre("lenient"));
}

constexpr std::string_view kUnfinished = "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n";

TEST(Lenient, RequestWhereTrailersAreDueIsTheNext) {
  for (const size_t packet : {size_t{1448}, size_t{7}}) {
    Talk talk;
    talk.Client(fmt::format("POST /a HTTP/1.1\r\n{}", kUnfinished)).Server(Ok("a"));
    talk.ClientIn(packet, Get("/b")).Server(Ok("b"));
    talk.Client(Get("/c")).Server(Ok("c"));
    talk.Close();
    EXPECT_THAT(talk.pairs(), ElementsAre("POST /a 200", "GET /b 200", "GET /c 200")) << packet;
    EXPECT_EQ(talk.request(1).trailers, "") << packet;
    EXPECT_THAT(talk.flags(1), Contains("lenient")) << packet;
    EXPECT_THAT(talk.flags(2), Contains("resynchronised")) << packet;
  }
}

TEST(Lenient, AnswerWhereTrailersAreDueIsTheNext) {
  Talk talk;
  talk.Client(Get("/a")).Server(fmt::format("HTTP/1.1 200 OK\r\n{}", kUnfinished));
  talk.Client(Get("/b")).Server(Ok("b"));
  talk.Client(Get("/c")).Server(Ok("c"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b 200", "GET /c 200"));
  EXPECT_EQ(talk.response(2).body, "b");
  EXPECT_THAT(talk.flags(1), ElementsAre("lenient"));
  EXPECT_THAT(talk.flags(2), Contains("resynchronised"));
}

TEST(Lenient, StartLineInThePacketOfTheLastChunkEndsTheMessageAndIsNotBelieved) {
  const Taken taken = Take("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n");
  EXPECT_THAT(taken.pairs, ElementsAre("POST /a 200", "- 200"));
  EXPECT_EQ(taken.body, "abc");
  EXPECT_THAT(taken.flags, ElementsAre("lenient"));
}

TEST(Lenient, TrailerLineThatIsNoFieldIsFlagged) {
  for (const char* line : {"no colon here\r\n", ": v\r\n", "A : b\r\n", "A: b\n", " folded\r\n"}) {
    const Taken taken = Take("Transfer-Encoding: chunked\r\n",
                             fmt::format("3\r\nabc\r\n0\r\n{}X: y\r\n\r\n", line));
    EXPECT_THAT(taken.flags, ElementsAre("lenient")) << line;
    EXPECT_THAT(taken.pairs, ElementsAre("POST /a 200", "GET /next 200")) << line;
  }
}

TEST(Lenient, LastChunkMustNotBeMissing) {
  Talk talk;
  talk.Client(Get("/a"))
      .Server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
      .ServerFin();
  talk.Close();
  EXPECT_THAT(talk.flags(1), ElementsAre("response_truncated"));
}

TEST(Lenient, EmptyLineOfAnAnswerMayBeMissingAtTheClose) {
  Talk talk;
  talk.Client(Get("/a")).Server("HTTP/1.0 200 OK\r\nServer: old\r\n").ServerFin();
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200"));
  EXPECT_THAT(talk.flags(1), ElementsAre("lenient"));
}

TEST(Lenient, EmptyLineOfAnAnswerIsNotThoughtAwayWhereNobodySawTheClose) {
  Talk talk;
  talk.Client(Get("/a")).Server("HTTP/1.0 200 OK\r\nServer: old\r\n");
  talk.Close(store::CloseCause::kEndOfCapture);
  EXPECT_THAT(talk.flags(1), ElementsAre("response_truncated"));
}

TEST(Lenient, BrokenChunkSizeEndsTheMessageFlagged) {
  Talk talk;
  talk.Client(Get("/a")).Server(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n");
  talk.Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b 200"));
  EXPECT_THAT(talk.flags(1), ElementsAre("response_truncated", "lenient"));
  EXPECT_EQ(talk.response(2).body, "b");
}

TEST(Lenient, StrayBytesBehindAnAnswerDoNotHideTheNext) {
  // "ok" could be the beginning of a start line; that it is none shows with the next packet.
  Talk talk;
  talk.Client(Get("/a")).Server("HTTP/1.1 204 No Content\r\n\r\nok");
  talk.Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 204", "GET /b 200"));
  EXPECT_THAT(talk.flags(2), ElementsAre("resynchronised"));
}

TEST(Lenient, OddRequestLineWhereARequestIsDueIsARequest) {
  Talk talk;
  talk.Client("GET  HTTP/1.1\r\nHost: a\r\n\r\n").Server(Ok("a"));
  talk.Client("POST /b HTTP/2.0\r\nContent-Length: 2\r\n\r\nhi").Server(Ok("b"));
  talk.Client(Get("/c")).Server(Ok("c"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET  200", "POST /b 200", "GET /c 200"));
  EXPECT_THAT(talk.flags(1), ElementsAre("lenient"));
  EXPECT_THAT(talk.flags(3), IsEmpty());
  EXPECT_EQ(talk.request(2).body, "hi");
}

class OddStatusLine : public testing::TestWithParam<const char*> {};

TEST_P(OddStatusLine, IsAnAnswerWhereOneIsDue) {
  Talk talk;
  talk.Client(Get("/a")).Server(fmt::format("{}\r\nContent-Length: 2\r\n\r\nok", GetParam()));
  talk.Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b 200"));
  EXPECT_THAT(talk.flags(1), ElementsAre("lenient"));
  EXPECT_THAT(talk.flags(2), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Forms, OddStatusLine,
                         testing::Values("HTTP/2.0 200 OK", "http/1.1 200 OK", "ICY 200 OK",
                                         "HTTP/1.1.1 200", "HTTP/1.1  200 OK"));

TEST(Lenient, OddStatusLineThatNobodyAskedForIsNone) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).Server("ICY 200 OK\r\n\r\n").Close();
  EXPECT_EQ(talk.exchange_count(), 1);
}

TEST(Lenient, OddRequestLineAfterALossIsNone) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).ClientLost(40).ServerLost(60);
  talk.Client("POST /b\r\n\r\n").Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200"));
}

TEST(Lenient, OddRequestLineToAServerThatSpeaksAnotherProtocolIsNone) {
  Talk talk;
  talk.Server("200 news.example.org ready\r\n").Client("POST /b HTTP/x\r\n\r\n").Close();
  EXPECT_EQ(talk.exchange_count(), 0);
}

TEST(Lenient, HundredThousandFieldsAreOneHead) {
  Talk talk;
  std::string head = "GET /a HTTP/1.1\r\n";
  for (int i = 0; i < 100'000; ++i) {
    head += "A: b\r\n";
  }
  talk.ClientIn(1448, head + "\r\n").Server(Ok(""));
  talk.Close();
  EXPECT_EQ(talk.request(1).head.size(), head.size() + 2);
  EXPECT_THAT(talk.flags(1), IsEmpty());
}

}  // namespace
}  // namespace trafrec::reassembly
