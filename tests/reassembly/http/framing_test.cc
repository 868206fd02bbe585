#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "talk.h"

namespace trafrec::reassembly {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Framing, ContentLengthEndsTheBody) {
  Talk talk;
  talk.Client(Post("/a", "hello")).Server(Ok("world!")).ClientAcks();
  EXPECT_EQ(talk.request(1).body, "hello");
  EXPECT_EQ(talk.response(1).body, "world!");
  EXPECT_THAT(talk.flags(1), IsEmpty());
}

TEST(Framing, HeadIsKeptRaw) {
  Talk talk;
  const std::string head = "GET /a?b=%20 HTTP/1.1\r\nHOST:   es \r\nX-Empty:\r\n\r\n";
  talk.Client(head).Server(Ok(""));
  talk.Close();
  EXPECT_EQ(talk.request(1).head, head);
  EXPECT_EQ(talk.exchange(1).target, "/a?b=%20");
  EXPECT_EQ(talk.exchange(1).host, "es");
}

TEST(Framing, AnswerToHeadHasNoBody) {
  Talk talk;
  talk.Client("HEAD /a HTTP/1.1\r\n\r\n" + Get("/b"))
      .Server("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("HEAD /a 200", "GET /b 200"));
  EXPECT_EQ(talk.response(1).facts.framing, store::Framing::kNone);
  EXPECT_EQ(talk.response(2).body, "b");
}

TEST(Framing, NoContentAndNotModifiedHaveNoBody) {
  Talk talk;
  talk.Client(Get("/a")).Server("HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n");
  talk.Client(Get("/b")).Server("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n");
  talk.Client(Get("/c")).Server(Ok("c"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 204", "GET /b 304", "GET /c 200"));
}

TEST(Framing, InterimAnswersAreFactsOfTheExchange) {
  Talk talk;
  talk.Client("PUT /a HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
      .Server("HTTP/1.1 100 Continue\r\n\r\n")
      .Client("ab")
      .Server("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + Ok("done"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("PUT /a 200"));
  ASSERT_EQ(talk.exchange(1).interim.size(), 2);
  EXPECT_EQ(talk.exchange(1).interim[0].status, 100);
  EXPECT_EQ(talk.exchange(1).interim[1].head, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
  EXPECT_THAT(talk.flags(1), IsEmpty());
}

TEST(Framing, InterimAnswersBeyondALimitAreCountedAndFlagged) {
  Talk talk;
  std::string interim;
  for (size_t i = 0; i < limits::kInterim + 3; ++i) {
    interim += "HTTP/1.1 102 Processing\r\n\r\n";
  }
  talk.Client(Get("/a")).Server(interim + Ok("a"));
  talk.Close();
  EXPECT_EQ(talk.exchange(1).interim.size(), limits::kInterim);
  EXPECT_EQ(talk.counter("messages.interim_left_out"), 3);
  EXPECT_THAT(talk.flags(1), ElementsAre("evicted"));
}

TEST(Framing, ChunksAreUndoneAndTrailersKept) {
  Talk talk;
  talk.Client(Get("/a")).Server(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n6;name=\"v\"\r\n world\r\n0\r\nX-Sum: 1\r\nX-End: 2\r\n\r\n" +
      std::string("HTTP/1.1 "));
  talk.Close();
  EXPECT_EQ(talk.response(1).body, "hello world");
  EXPECT_EQ(talk.response(1).trailers, "X-Sum: 1\r\nX-End: 2\r\n");
  EXPECT_EQ(talk.response(1).facts.framing, store::Framing::kChunked);
  EXPECT_THAT(talk.flags(1), IsEmpty());
}

TEST(Framing, ChunkedRequestsArePairedToo) {
  Talk talk;
  talk.Client("POST /a HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\nA\r\n0123456789\r\n")
      .Client("0\r\n\r\n" + Get("/b"))
      .Server(Ok("a") + Ok("b"));
  talk.Close();
  EXPECT_EQ(talk.request(1).body, "0123456789");
  EXPECT_THAT(talk.pairs(), ElementsAre("POST /a 200", "GET /b 200"));
}

TEST(Framing, BodyWithoutLengthEndsWithFin) {
  Talk talk;
  talk.Client("GET /a HTTP/1.0\r\n\r\n").Server("HTTP/1.0 200 OK\r\n\r\nabc").Server("def");
  talk.ServerFin().Close();
  EXPECT_EQ(talk.response(1).body, "abcdef");
  EXPECT_EQ(talk.response(1).facts.framing, store::Framing::kUntilClose);
  EXPECT_THAT(talk.flags(1), IsEmpty());
}

TEST(Framing, BodyWithoutLengthIsCutByReset) {
  Talk talk;
  talk.Client(Get("/a")).Server("HTTP/1.0 200 OK\r\n\r\nabc");
  talk.Close(store::CloseCause::kReset);
  EXPECT_EQ(talk.response(1).body, "abc");
  EXPECT_THAT(talk.flags(1), ElementsAre("response_truncated"));
}

TEST(Framing, KeepAliveOfHttp10GoesOn) {
  Talk talk;
  for (int i = 0; i < 3; ++i) {
    talk.Client("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        .Server("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx");
  }
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /a 200", "GET /a 200"));
}

TEST(Framing, StrayLineEndsBetweenMessagesBelongToNone) {
  Talk talk;
  for (const char* target : {"/1", "/2", "/3"}) {
    talk.Client("\r\n" + Get(target)).Server(Ok("twelve bytes") + "\r\n");
  }
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /1 200", "GET /2 200", "GET /3 200"));
  EXPECT_EQ(talk.counter("http.bytes.between"), 12);
  EXPECT_EQ(talk.counter("exchanges.flag.resynchronised"), 0);
}

TEST(Framing, PipelinesOfAThousandArePairedInOrder) {
  Talk talk;
  std::string requests;
  std::string responses;
  for (int i = 0; i < 1000; ++i) {
    requests += Get("/" + std::to_string(i));
    responses += Ok("answer " + std::to_string(i));
  }
  talk.ClientIn(1448, requests).ServerIn(1448, responses);
  talk.Close();
  ASSERT_EQ(talk.exchange_count(), 1000);
  for (int i = 0; i < 1000; ++i) {
    const auto n = static_cast<store::ExchangeNumber>(i) + 1;
    ASSERT_EQ(talk.exchange(n).target, "/" + std::to_string(i));
    ASSERT_EQ(talk.response(n).body, "answer " + std::to_string(i));
    ASSERT_EQ(talk.exchange(n).flags, 0) << i;
  }
}

TEST(Framing, UpgradeLeavesHttpAndCountsTheRest) {
  Talk talk;
  talk.Client("GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
      .Server("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello")
      .Client("GET /not-http HTTP/1.1\r\n\r\n");
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /ws 101"));
  EXPECT_THAT(talk.flags(1), ElementsAre("upgraded"));
  EXPECT_EQ(talk.response(1).facts.framing, store::Framing::kOpaque);
  EXPECT_EQ(talk.response(1).facts.body_bytes, 0);
  EXPECT_EQ(talk.response(1).facts.wire_bytes, talk.server_sent());
  EXPECT_EQ(talk.request(1).facts.wire_bytes, talk.client_sent());
  EXPECT_EQ(talk.counter("http.bytes.opaque"), 33);
}

TEST(Framing, ConnectLeavesHttpOnlyWhenGranted) {
  Talk talk;
  talk.Client("CONNECT a:25 HTTP/1.1\r\n\r\n")
      .Server("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
      .Client("CONNECT b:25 HTTP/1.1\r\n\r\n")
      .Server("HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\n")
      .Server("220 mail ESMTP\r\n")
      .Client("HELO me\r\n");
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("CONNECT a:25 403", "CONNECT b:25 200"));
  EXPECT_THAT(talk.flags(2), ElementsAre("upgraded"));
  EXPECT_EQ(talk.counter("http.bytes.skipped"), 0);
}

TEST(Framing, AnswerBeforeTheRequestEndedIsEarly) {
  Talk talk;
  talk.Client("PUT /a HTTP/1.1\r\nContent-Length: 10\r\n\r\n01234")
      .Server("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
      .Client("56789");
  talk.Close();
  EXPECT_EQ(talk.request(1).body, "0123456789");
  EXPECT_THAT(talk.flags(1), ElementsAre("early_response"));
}

TEST(Framing, RequestStoppedByAnEarlyAnswerIsTruncated) {
  Talk talk;
  talk.Client("PUT /a HTTP/1.1\r\nContent-Length: 10\r\n\r\n01234")
      .Server("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
      .ServerFin();
  talk.Close();
  EXPECT_THAT(talk.flags(1), ElementsAre("request_truncated", "early_response"));
}

TEST(Framing, UnansweredRequestIsKept) {
  Talk talk;
  talk.Client(Get("/a"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a -"));
  EXPECT_THAT(talk.flags(1), ElementsAre("response_missing"));
}

TEST(Framing, RequestCutInItsHeadIsKept) {
  Talk talk;
  talk.Client("POST /a HTTP/1.1\r\nContent-Le").ClientFin();
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("POST /a -"));
  EXPECT_THAT(talk.flags(1), ElementsAre("response_missing", "request_truncated"));
  EXPECT_EQ(talk.request(1).head, "POST /a HTTP/1.1\r\nContent-Le");
}

TEST(Framing, AnswerToARequestCutInItsHeadIsPaired) {
  Talk talk;
  talk.Client("POST /a HTTP/1.1\r\nContent-Le").ClientFin().Server(Ok("bad request"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("POST /a 200"));
}

TEST(Framing, RequestCutInItsStartLineIsKept) {
  Talk talk;
  talk.Client("DELETE /index/_doc/17 HT").ClientFin();
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("DELETE /index/_doc/17 -"));
}

TEST(Framing, ResponseCutInItsBodyIsTruncated) {
  Talk talk;
  talk.Client(Get("/a")).Server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").ServerFin();
  talk.Close();
  EXPECT_EQ(talk.response(1).body, "abc");
  EXPECT_THAT(talk.flags(1), ElementsAre("response_truncated"));
}

TEST(Framing, ResponseWithoutRequestHasItsOwnNumber) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a") + Ok("nobody asked")).Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "- 200", "GET /b 200"));
  EXPECT_THAT(talk.flags(2), ElementsAre("request_missing"));
  EXPECT_EQ(talk.response(3).body, "b");
}

TEST(Framing, AnswerSentBeforeTheRequestArrivedIsNotItsAnswer) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a"));
  const uint64_t had = talk.client_sent();
  talk.Client(Get("/b")).ServerKnows(had).Server(
      "HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n");
  talk.KnowAll().Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b -", "- 408"));
}

TEST(Framing, LargeBodiesLeaveInExtents) {
  Talk talk;
  const std::string body = Body(3'000'000);
  talk.Client(Get("/a")).ServerIn(1448, Ok(body));
  talk.Close();
  EXPECT_EQ(talk.response(1).extents, 11);
  EXPECT_EQ(talk.response(1).body, body);
  EXPECT_EQ(talk.response(1).facts.body_stored_bytes, body.size());
}

TEST(Framing, MemoryStaysBoundedHoweverLongTheBody) {
  Talk talk;
  talk.Client(Get("/a")).Server("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n");
  const std::string piece = Body(65536);
  for (int i = 0; i < 200; ++i) {
    talk.Server(piece);
    ASSERT_LT(talk.memory_used(), 1'000'000);
  }
}

TEST(Framing, BodyOfTenGibibytesIsCountedToItsEnd) {
  constexpr uint64_t kBody = uint64_t{10} << 30;
  Talk talk;
  talk.Client(Get("/a"));
  talk.Server(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", kBody));
  talk.Server("first").ServerLost(kBody - 10).Server("last!");
  talk.Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b 200"));
  EXPECT_EQ(talk.response(1).facts.body_bytes, kBody);
  EXPECT_EQ(talk.response(1).facts.body_stored_bytes, 10U);
  EXPECT_THAT(talk.flags(2), IsEmpty());
}

constexpr std::string_view kAsksFirst =
    "POST /a HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
constexpr std::string_view kTooLarge = "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n";

TEST(Framing, RequestBehindARefusedBodyIsTheNext) {
  Talk talk;
  talk.Client(kAsksFirst).Server(kTooLarge);
  talk.Client(Get("/b")).Server(Ok("b")).Client(Get("/c")).Server(Ok("c")).Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("POST /a 413", "GET /b 200", "GET /c 200"));
  EXPECT_EQ(talk.request(1).body, "");
  EXPECT_THAT(talk.flags(1), ElementsAre("early_response", "body_refused"));
  EXPECT_THAT(talk.flags(2), ElementsAre("resynchronised"));
}

TEST(Framing, RefusedBodyThatIsSentAllTheSameIsTheBody) {
  Talk talk;
  talk.Client(kAsksFirst).Server(kTooLarge).Client("01234").Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("POST /a 413", "GET /b 200"));
  EXPECT_EQ(talk.request(1).body, "01234");
  EXPECT_THAT(talk.flags(2), IsEmpty());
}

TEST(Framing, BodyThatTheServerAskedForMayQuoteARequest) {
  Talk talk;
  const std::string quoted = Get("/quoted");
  talk.Client("POST /a HTTP/1.1\r\nContent-Length: " + std::to_string(quoted.size()) +
              "\r\nExpect: 100-continue\r\n\r\n");
  talk.Server("HTTP/1.1 100 Continue\r\n\r\n").Client(quoted).Server(Ok("a")).Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("POST /a 200"));
  EXPECT_EQ(talk.request(1).body, quoted);
}

TEST(Framing, TrailersThatAResetMayHaveCutAreNoWholeMessage) {
  Talk talk;
  talk.Client("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-One: 1\r\n");
  talk.Close(store::CloseCause::kReset);
  EXPECT_THAT(talk.flags(1), testing::Contains("request_truncated"));
}

TEST(Framing, EndlessTrailersAreGivenUpAtTheLimit) {
  Talk talk;
  talk.Client(Get("/a")).Server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
  const std::string line = "X-Line: " + Body(1000) + "\r\n";
  for (int i = 0; i < 2000; ++i) {
    talk.Server(line);
    ASSERT_LT(talk.memory_used(), 4'500'000);
  }
  talk.Close();
  EXPECT_THAT(talk.flags(1), ElementsAre("response_truncated", "evicted"));
}

TEST(Framing, OfEndlessInterimAnswersTheFirstAreKept) {
  Talk talk;
  talk.Client(Get("/a"));
  for (int i = 0; i < 1000; ++i) {
    talk.Server("HTTP/1.1 102 Processing\r\n\r\n");
  }
  talk.Server(Ok("a")).Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200"));
  EXPECT_EQ(talk.exchange(1).interim.size(), 100U);
}

TEST(Framing, HeadOfOneMebibyteIsTaken) {
  Talk talk;
  const std::string head = "GET /a HTTP/1.1\r\nX: " + Body((size_t{1} << 20) - 100) + "\r\n\r\n";
  talk.ClientIn(1448, head).Server(Ok("a"));
  talk.Close();
  EXPECT_EQ(talk.request(1).head, head);
  EXPECT_THAT(talk.flags(1), IsEmpty());
}

TEST(Framing, EndlessHeadIsGivenUpAtTheLimit) {
  Talk talk;
  talk.Client("GET /a HTTP/1.1\r\n");
  const std::string line = "X-Line: " + Body(1000) + "\r\n";
  for (int i = 0; i < 2000; ++i) {
    talk.Client(line);
    ASSERT_LT(talk.memory_used(), 4'500'000);
  }
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a -"));
  EXPECT_THAT(talk.flags(1), ElementsAre("response_missing", "request_truncated", "evicted"));
}

TEST(Framing, EmptyMemoryIsGivenBack) {
  Talk talk;
  talk.Client(Post("/a", Body(100'000))).Server(Ok(Body(100'000)));
  talk.Close();
  EXPECT_LT(talk.memory_used(), 600'000) << "what is left are pooled buffers";
}

}  // namespace
}  // namespace trafrec::reassembly
