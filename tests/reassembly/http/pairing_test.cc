#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reassembly/limits.h"
#include "talk.h"

namespace trafrec::reassembly {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Pairing, LostAnswerInAPipelineLeavesTheRestUnpaired) {
  Talk talk;
  talk.Client(Get("/1") + Get("/2") + Get("/3") + Get("/4"));
  talk.Server(Ok("1")).ServerLost(40).Server(Ok("3")).Server(Ok("4"));
  talk.Close();
  EXPECT_THAT(talk.pairs(),
              ElementsAre("GET /1 200", "GET /2 -", "GET /3 -", "GET /4 -", "- 200", "- 200"));
  EXPECT_THAT(talk.flags(2), ElementsAre("response_missing", "pairing_ambiguous"));
  EXPECT_THAT(talk.flags(3), ElementsAre("response_missing", "pairing_ambiguous"));
  EXPECT_THAT(talk.flags(5), Contains("pairing_ambiguous"));
}

TEST(Pairing, PipelineGoesOnAfterASilence) {
  Talk talk;
  talk.Client(Get("/1") + Get("/2") + Get("/3") + Get("/4"));
  talk.Server(Ok("1")).ServerLost(40).Server(Ok("3")).Server(Ok("4"));
  talk.ClientAcks().Wait(limits::kQuietNs);
  talk.Client(Get("/5") + Get("/6")).Server(Ok("5")).Server(Ok("6"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), Contains("GET /5 200"));
  EXPECT_THAT(talk.pairs(), Contains("GET /6 200"));
}

TEST(Pairing, PipelineStaysUnpairedWhileALostAnswerMayHaveBeenAnInterimOne) {
  Talk talk;
  talk.Client(Get("/1") + Get("/2") + Get("/3") + Get("/4"));
  talk.Server(Ok("1")).ServerLost(40).Server(Ok("3")).Server(Ok("4"));
  talk.Client(Get("/5")).Server(Ok("5"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), Contains("GET /5 -"));
}

TEST(Pairing, BodyWhereAnAnswerWasDueShowsThatTheClientPipelines) {
  Talk talk;
  talk.Client(Get("/0")).ServerLost(100).Client(Get("/1")).Server("the rest of the first answer");
  talk.Client(Get("/2")).Server(Ok("1"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), Contains("GET /2 -"));
}

TEST(Pairing, LostPartOfAPipelineProvesNoAnswer) {
  Talk talk;
  talk.Client(Get("/1") + Get("/2")).Server(Ok("1")).ServerLost(40).Server(Ok("2"));
  talk.Client(Get("/3"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /1 200", "GET /2 -", "- 200", "GET /3 -"))
      << "what is lost may have been an interim answer, and what is found a quotation";
}

TEST(Pairing, TurnsHardlySeenArePresumedAndThePairSaysSo) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a"));
  talk.Client(Get("/b")).ServerLost(40);
  talk.Client(Get("/c")).Server(Ok("c"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), Contains("GET /c 200"));
  EXPECT_THAT(talk.flags(3), Contains("pairing_presumed"));
  EXPECT_EQ(talk.counter("exchanges.flag.pairing_presumed"), 1);
}

TEST(Pairing, ClientThatTookTurnsOftenEnoughIsTrusted) {
  Talk talk;
  for (int i = 0; i < 8; ++i) {
    talk.Client(Get("/a")).Server(Ok("a"));
  }
  talk.Client(Get("/b")).ServerLost(40);
  talk.Client(Get("/c")).Server(Ok("c"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), Contains("GET /c 200"));
  EXPECT_THAT(talk.flags(10), testing::Not(Contains("pairing_presumed")));
}

TEST(Pairing, TurnsThatWereNeverProvedArePresumedLater) {
  Talk talk;
  talk.ClientLost(300).Server(Ok("lost"));
  for (int i = 0; i < 20; ++i) {
    talk.Client(Get("/a")).Server(Ok("a"));
  }
  talk.Close();
  EXPECT_EQ(talk.counter("exchanges.paired"), 8) << "12 that looked like it";
}

TEST(Pairing, SilenceEndsAPresumption) {
  Talk talk;
  talk.Client(Get("/b")).ServerLost(40);
  talk.Client(Get("/c")).Server(Ok("c")).ClientAcks().Wait(limits::kQuietNs);
  talk.Client(Get("/d")).Server(Ok("d"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), Contains("GET /d 200"));
  EXPECT_THAT(talk.flags(3), testing::Not(Contains("pairing_presumed")));
}

TEST(Pairing, PairThatRestsOnASilenceIsPresumed) {
  Talk talk;
  talk.Client(Get("/1") + Get("/2")).Server(Ok("1")).Server(Ok("2"));
  talk.ClientLost(Get("/slow").size()).ServerAcks().Wait(limits::kQuietNs);
  talk.Client(Get("/3")).Server(Ok("slow")).Server(Ok("3"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), Contains("GET /3 200"));
  EXPECT_THAT(talk.flags(3), Contains("pairing_presumed"));
}

TEST(Pairing, NextSilenceEndsWhatWasPresumedByTheOneBefore) {
  Talk talk;
  talk.Client(Get("/1")).ClientLost(Get("/2").size()).Server(Ok("1"));
  talk.ClientAcks().Wait(limits::kQuietNs);
  talk.Client(Get("/3")).Server(Ok("3")).ClientAcks().Wait(limits::kQuietNs);
  talk.Client(Get("/4")).Server(Ok("4"));
  talk.Close();
  EXPECT_EQ(talk.exchange(3).target, "/4");
  EXPECT_THAT(talk.flags(3), testing::Not(Contains("pairing_presumed")));
}

TEST(Pairing, SilenceBeforeTheFirstBytesSeenProvesNothing) {
  Talk talk({.mid_stream = true});
  talk.ClientAcks(0).Wait(2 * limits::kQuietNs);  // and then a request that was missed
  talk.Client(Get("/2")).Server(Ok("1"));
  talk.Close();
  EXPECT_THAT(talk.flags(1), Contains(testing::AnyOf("pairing_presumed", "pairing_ambiguous")));
}

TEST(Pairing, PresumptionThatTheClientRefutesIsNotGoneOnWith) {
  Talk talk;
  talk.ClientLost(100).Server(Ok("a"));
  talk.Client(Get("/b")).Server(Ok("hidden")).Client(Get("/c") + Get("/d")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), testing::Not(Contains("GET /c 200"))) << "/b was taken for answered";
}

TEST(Pairing, FirstRequestBehindTheHandshakeIsAfterNoSilence) {
  Talk talk;
  talk.ClientLost(100).ServerLost(40).Client(Get("/c")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), testing::Not(Contains("GET /c 200"))) << "/b is lost, /c unanswered";
}

TEST(Pairing, ShortestRequestSeenDoesNotMeasureTheMissingOnes) {
  Talk talk;
  talk.Client(Get("/long-enough") + Get("/long-enough")).Server(Ok("1")).Server(Ok("2"));
  talk.ClientLost(Get("/3").size() * 2).Server(Ok("3"));
  talk.Client(Get("/long-enough")).Server(Ok("4"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), testing::Not(Contains("GET /long-enough 200").Times(3)));
}

TEST(Pairing, LostInterimAnswerIsNotTakenForTheAnswer) {
  Talk talk;
  talk.Client("PUT /1 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
      .ServerLost(25)
      .Client("ab" + Get("/2"))
      .Server(Ok("1"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), testing::Not(Contains("GET /2 200")));
}

TEST(Pairing, TheOnlyRequestThatFitsIsTheOne) {
  Talk talk;
  talk.Client(Get("/1") + Get("/2"));
  talk.Server(Ok("1")).ServerLost(40);
  // The client asks again when it has both answers, of which the second was not seen.
  talk.Client(Get("/3"));
  talk.ServerKnows(talk.client_sent()).Server(Ok("3"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), Contains("GET /1 200"));
  EXPECT_THAT(talk.pairs(), testing::Not(Contains("GET /2 200")));
}

TEST(Pairing, LowerBoundTellsALateRequestFromAnEarlyAnswer) {
  Talk talk;
  talk.Client(Get("/1")).Server(Ok("1"));
  talk.Client(Get("/2")).ServerLost(60);
  talk.Client(Get("/3")).Server(Ok("3"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /1 200", "GET /2 -", "GET /3 200"));
}

TEST(Pairing, UpperBoundKeepsAnAnswerFromALaterRequest) {
  Talk talk;
  talk.Client(Get("/1")).Server(Ok("1")).Client(Get("/2")).Server(Ok("2"));
  // Request 3 is not seen. Its answer was sent before request 4 came.
  talk.ClientLost(40);
  const uint64_t before = talk.client_sent();
  talk.ClientKnows(talk.server_sent()).ServerKnows(before).Server(Ok("3"));
  talk.KnowAll().Client(Get("/4")).Server(Ok("4"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /1 200", "GET /2 200", "- 200", "GET /4 200"));
  EXPECT_EQ(talk.response(4).body, "4");
}

TEST(Pairing, LostFirstHalfOfABurstPairsNothingWrong) {
  Talk talk;
  talk.ClientLost(Get("/1").size()).Client(Get("/2")).Server(Ok("1")).Server(Ok("2"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), testing::Not(Contains("GET /2 200")));
}

TEST(Pairing, BurstHiddenBehindAnAnsweredRequestIsNoticed) {
  Talk talk;
  talk.Client(Get("/1"));
  talk.ClientKnows(0).ClientLost(Get("/2").size());
  talk.Server(Ok("1"));
  const uint64_t end_of_1 = talk.server_sent();
  talk.ClientKnows(end_of_1).Client(Get("/3"));
  talk.Server(Ok("2")).Server(Ok("3"));
  talk.Close();
  EXPECT_EQ(talk.response(1).body, "1");
  EXPECT_THAT(talk.pairs(), testing::Not(Contains("GET /3 200")));
}

TEST(Pairing, OrderHoldsAcrossAGapInABodyOfKnownLength) {
  Talk talk;
  const std::string first = Ok(Body(100));
  talk.Client(Get("/1") + Get("/2") + Get("/3"));
  talk.Server(first.substr(0, 60)).ServerLost(40).Server(first.substr(100));
  talk.Server(Ok("2")).Server(Ok("3"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /1 200", "GET /2 200", "GET /3 200"));
  EXPECT_THAT(talk.flags(2), IsEmpty());
  EXPECT_EQ(talk.response(3).body, "3");
}

TEST(Pairing, TurnTakingClientRecoversAfterEachGap) {
  Talk talk;
  int paired = 0;
  for (int i = 0; i < 20; ++i) {
    talk.Client(Get("/" + std::to_string(i)));
    if (i % 4 == 3) {
      talk.ServerLost(45);
    } else {
      talk.Server(Ok(std::to_string(i)));
      ++paired;
    }
  }
  talk.Close();
  EXPECT_EQ(talk.counter("exchanges.paired"), paired);
  EXPECT_EQ(talk.counter("exchanges.response_only"), 0);
  for (const auto& [number, exchange] : talk.sink().exchanges) {
    if (exchange.record.has_response) {
      EXPECT_EQ("/" + talk.response(number).body, exchange.record.target);
    }
  }
}

/// Bursts of two, each begun when all before is answered.
void AnswerBursts(Talk& talk, int count) {
  for (int i = 0; i < count; ++i) {
    talk.Client(Get("/a") + Get("/b")).Server(Ok("a")).Server(Ok("b"));
  }
}

/// An exchange of which nothing is seen, and which may have been several.
void LoseExchange(Talk& talk) {
  talk.ClientLost(400);
  talk.ServerLost(45);
}

TEST(Pairing, ClientThatAwaitsItsBurstsIsPairedAgainFromItsNextBurst) {
  Talk talk;
  AnswerBursts(talk, 40);
  LoseExchange(talk);
  talk.Client(Get("/c")).Server(Ok("c"));
  talk.Client(Get("/d") + Get("/e")).Server(Ok("d")).Server(Ok("e"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), Contains("GET /d 200"));
  EXPECT_THAT(talk.pairs(), Contains("GET /e 200"));
}

TEST(Pairing, WhatCameBeforeTheNextBurstIsPairedByItsOrder) {
  Talk talk;
  AnswerBursts(talk, 40);
  LoseExchange(talk);
  talk.Client(Get("/c")).Server(Ok("c"));
  talk.Client(Get("/d") + Get("/e")).Server(Ok("d")).Server(Ok("e"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), Contains("GET /c 200"));
  EXPECT_THAT(talk.flags(81), testing::ElementsAre("resynchronised", "pairing_presumed"));
}

TEST(Pairing, ClientThatFillsUpAWindowIsNotTakenForOneThatAwaitsItsBursts) {
  Talk talk;
  AnswerBursts(talk, 40);
  talk.Client(Get("/1") + Get("/2")).Server(Ok("1")).Client(Get("/3")).Server(Ok("2"));
  talk.Server(Ok("3"));
  AnswerBursts(talk, 40);
  LoseExchange(talk);
  talk.Client(Get("/c")).Server(Ok("c"));
  talk.Client(Get("/d")).Server(Ok("d"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), testing::Not(Contains("GET /d 200")));
}

TEST(Pairing, LostAnswerWithinABurstCostsThatBurstOnly) {
  Talk talk;
  AnswerBursts(talk, 40);
  talk.Client(Get("/1") + Get("/2") + Get("/3") + Get("/4"));
  talk.Server(Ok("1")).ServerLost(80).Server(Ok("4"));
  talk.Client(Get("/5") + Get("/6")).Server(Ok("5")).Server(Ok("6"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), Contains("GET /1 200"));
  EXPECT_THAT(talk.pairs(), testing::Not(Contains("GET /3 200")));
  EXPECT_THAT(talk.pairs(), Contains("GET /5 200"));
  EXPECT_THAT(talk.pairs(), Contains("GET /6 200"));
}

}  // namespace
}  // namespace trafrec::reassembly
