#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "talk.h"

namespace trafrec::reassembly {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using Part = store::MessageGap::Part;

TEST(Gap, InABodyOfKnownLengthIsListedAndSteppedOver) {
  Talk talk;
  const std::string answer = Ok("0123456789");
  talk.Client(Get("/a")).Server(answer.substr(0, answer.size() - 7)).ServerLost(4).Server("789");
  talk.Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b 200"));
  EXPECT_THAT(talk.flags(1), ElementsAre("gap_in_response"));
  EXPECT_EQ(talk.response(1).body, "012789");
  const store::MessageFacts& facts = talk.response(1).facts;
  ASSERT_EQ(facts.gaps.size(), 1);
  EXPECT_EQ(facts.gaps[0].body_offset, 3);
  EXPECT_EQ(facts.gaps[0].flow_offset, answer.size() - 7);
  EXPECT_EQ(facts.gaps[0].length, 4);
  EXPECT_EQ(facts.body_bytes, 10);
  EXPECT_EQ(facts.body_stored_bytes, 6);
  EXPECT_EQ(facts.wire_bytes, answer.size());
  EXPECT_THAT(talk.flags(2), IsEmpty());
}

TEST(Gap, UpToTheEndOfABodyLeavesTheNextStartProved) {
  Talk talk;
  talk.Client("POST /a HTTP/1.1\r\nContent-Length: 10\r\n\r\n012").ClientLost(7).Client(Get("/b"));
  talk.Server(Ok("a") + Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.flags(1), ElementsAre("gap_in_request"));
  EXPECT_THAT(talk.flags(2), IsEmpty());
}

TEST(Gap, InsideChunkDataIsSteppedOver) {
  Talk talk;
  talk.Client(Get("/a"))
      .Server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n012")
      .ServerLost(4)
      .Server("789\r\n0\r\n\r\n");
  talk.Close();
  EXPECT_EQ(talk.response(1).body, "012789");
  EXPECT_EQ(talk.response(1).facts.gaps[0].body_offset, 3);
  EXPECT_THAT(talk.flags(1), ElementsAre("gap_in_response"));
}

TEST(Gap, OverChunkFramingEndsTheMessage) {
  Talk talk;
  talk.Client(Get("/a"))
      .Server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n012")
      .ServerLost(12)
      .Server("345\r\n0\r\n\r\n");
  talk.Client(Get("/b")).Server(Ok("b"));
  talk.Client(Get("/c")).Server(Ok("c"));
  talk.Client(Get("/d")).Server(Ok("d"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b 200", "GET /c 200", "GET /d 200"));
  EXPECT_THAT(talk.flags(1), ElementsAre("gap_in_response"));
  EXPECT_EQ(talk.response(1).facts.gaps[0].part, Part::kFraming);
  EXPECT_THAT(talk.flags(2), ElementsAre("resynchronised"));
  EXPECT_EQ(talk.response(2).body, "b");
  EXPECT_THAT(talk.flags(3), ElementsAre("resynchronised")) << "one proof may be chance";
  EXPECT_THAT(talk.flags(4), IsEmpty());
}

TEST(Gap, InABodyThatEndsWithTheConnectionIsSteppedOver) {
  Talk talk;
  talk.Client(Get("/a")).Server("HTTP/1.0 200 OK\r\n\r\nabc").ServerLost(5).Server("xyz");
  talk.ServerFin().Close();
  EXPECT_EQ(talk.response(1).body, "abcxyz");
  EXPECT_EQ(talk.response(1).facts.body_bytes, 11);
  EXPECT_THAT(talk.flags(1), ElementsAre("gap_in_response"));
}

TEST(Gap, OverAWholeAnswerCostsOnlyIts) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a"));
  talk.Client(Get("/b")).ServerLost(40);
  talk.Client(Get("/c")).Server(Ok("c"));
  talk.Client(Get("/d")).Server(Ok("d"));
  talk.Client(Get("/e")).Server(Ok("e"));
  talk.Close();
  EXPECT_THAT(talk.pairs(),
              ElementsAre("GET /a 200", "GET /b -", "GET /c 200", "GET /d 200", "GET /e 200"));
  EXPECT_THAT(talk.flags(3), ElementsAre("resynchronised", "pairing_presumed"));
  EXPECT_THAT(talk.flags(5), ElementsAre("pairing_presumed"));
  EXPECT_EQ(talk.response(3).body, "c");
}

TEST(Gap, OverAWholeRequestCostsOnlyIts) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).Client(Get("/b")).Server(Ok("b"));
  talk.ClientLost(Get("/c").size()).Server(Ok("c"));
  talk.Client(Get("/d")).Server(Ok("d"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b 200", "- 200", "GET /d 200"));
  EXPECT_EQ(talk.response(4).body, "d");
}

TEST(Gap, OverAHeadsMiddleKeepsWhatWasSeen) {
  Talk talk;
  talk.Client("GET /a HTTP/1.1\r\nHost: ").ClientLost(20).Client("\r\n\r\n").Server(Ok("a"));
  talk.Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b 200"));
  EXPECT_THAT(talk.flags(1), ElementsAre("gap_in_request"));
  EXPECT_EQ(talk.request(1).facts.gaps[0].part, Part::kHead);
}

TEST(Gap, OverAnAnswersHeadDoesNotGiveItsBodyToAnother) {
  Talk talk;
  talk.Client(Get("/a")).ServerLost(30).Server("rest of the body of a");
  talk.Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a -", "GET /b 200"));
  EXPECT_EQ(talk.response(2).body, "b");
}

TEST(Gap, QuotedAnswersInALostAnswersBodyAreNotBelieved) {
  Talk talk;
  talk.Client(Get("/capture")).ServerLost(1448);
  talk.Server(Ok("quoted at the start of a packet")).Server(Ok("and another"));
  talk.Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /capture -", "GET /b 200"));
  EXPECT_EQ(talk.response(2).body, "b");
}

TEST(Gap, QuotedRequestsInALostRequestsBodyAreNotBelieved) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a"));
  talk.ClientLost(1448);
  talk.Client(Get("/quoted")).Client(Get("/quoted-too")).Server(Ok("stored"));
  talk.Wait(2 * kNsPerSecond).Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "- 200", "GET /b 200"));
}

TEST(Gap, WhatBeginsWhereADoubtedRequestEndsIsKeptThoughItsClientPipelinesFirstThere) {
  Talk talk;
  for (const char* target : {"/a", "/b", "/c"}) {
    talk.Client(Get(target)).Server(Ok("turn"));
  }
  talk.ClientLost(Get("/lost").size()).Server(Ok("lost"));
  talk.Client(Post("/d", "1"));
  const uint64_t known = talk.server_sent();
  talk.ClientKnows(known).Client(Post("/e", "2")).Client(Post("/f", "3"));
  talk.Server(Ok("d")).Server(Ok("e")).Server(Ok("f")).Close();
  EXPECT_THAT(talk.pairs(), testing::IsSupersetOf({testing::StartsWith("POST /d "),
                                                   testing::StartsWith("POST /e "),
                                                   testing::StartsWith("POST /f ")}));
  EXPECT_EQ(talk.counter("http.bytes.skipped"), 0);
}

TEST(Gap, QuotedMessagesInAnHonestBodyAreBody) {
  Talk talk;
  const std::string quoted = Get("/q") + Ok("q");
  talk.Client(Post("/a", quoted)).Server(Ok(quoted));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("POST /a 200"));
  EXPECT_EQ(talk.request(1).body, quoted);
}

TEST(Gap, StartIsOnlyLookedForAtAPacketsFirstByte) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).Client(Get("/b")).ServerLost(100);
  talk.ServerMore(Ok("in the middle of a packet"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b -"));
}

TEST(Gap, MessageFoundBySearchMayComeInPieces) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).Client(Get("/b")).ServerLost(50);
  talk.Client(Get("/c")).ServerIn(7, Ok("c in pieces"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b -", "GET /c 200"));
  EXPECT_EQ(talk.response(3).body, "c in pieces");
}

TEST(Gap, SwallowingAnEndAndAStartResynchronises) {
  Talk talk;
  const std::string answer = Ok(Body(100));
  talk.Client(Get("/a")).Server(answer.substr(0, 60)).ServerLost(answer.size() - 60 + 10);
  talk.Server("rest of what nobody asked for");
  talk.Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b 200"));
  EXPECT_THAT(talk.flags(1), ElementsAre("gap_in_response"));
  EXPECT_EQ(talk.counter("http.gap_bytes.outside"), 10);
}

TEST(Gap, AnswerToAMissedHeadRequestDoesNotSwallowTheNext) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).Client(Get("/a2")).Server(Ok("a2"));
  talk.ClientLost(25).Server("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
  talk.Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /a2 200", "- 200", "GET /b 200"));
  EXPECT_EQ(talk.response(4).body, "b");
}

/// "EAD /head" looks like a request, and its answer like one with a body.
TEST(Gap, MethodWithoutItsFirstByteIsNoMethod) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).Client(Get("/a2")).Server(Ok("a2"));
  talk.ClientLost(1).Client("EAD /head HTTP/1.1\r\nHost: h\r\n\r\n");
  talk.Server("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
  talk.Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /a2 200", "- 200", "GET /b 200"));
  EXPECT_EQ(talk.response(4).body, "b");
}

TEST(Gap, PipelinedRequestsProveNoStartInABody) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a"));
  talk.Client(Get("/b")).ServerLost(100);
  // A body goes on, which quotes two answers at packet starts; the client asks on meanwhile.
  talk.Client(Get("/c")).Server(Ok("quoted"));
  talk.ClientKnows(talk.server_sent() - 1).Client(Get("/d")).Server(Ok("quoted too"));
  talk.Close();
  for (const auto& [number, exchange] : talk.sink().exchanges) {
    if (number > 2 && exchange.record.has_response) {
      EXPECT_TRUE(HasFlag(exchange.record.flags, store::Flag::kResynchronised)) << number;
    }
  }
}

}  // namespace
}  // namespace trafrec::reassembly
