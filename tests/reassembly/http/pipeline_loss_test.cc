// What becomes of a pipeline behind a loss: which request an answer is for follows from how many
// the client leaves open.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "reassembly/limits.h"
#include "talk.h"

namespace trafrec::reassembly {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

/// A client that has so many requests open all the time, and a server that answers each with its
/// number.
class Window {
 public:
  explicit Window(int depth) {
    for (int i = 0; i < depth; ++i) {
      Ask();
    }
  }

  Talk& talk() { return talk_; }
  Window& Turns(int count) {
    for (int i = 0; i < count; ++i) {
      talk_.Server(Answer());
      Ask();
    }
    return *this;
  }
  /// Answers that the client gets, and asks again for, and that are not captured.
  Window& LoseAnswers(int count) {
    for (int i = 0; i < count; ++i) {
      talk_.ServerLost(Answer().size());
      Ask();
    }
    return *this;
  }
  Window& LoseRequests(int count) {
    for (int i = 0; i < count; ++i) {
      talk_.Server(Answer());
      talk_.ClientLost(Get("/" + std::to_string(asked_++)).size());
    }
    return *this;
  }
  /// The rest of the answers, and the end.
  void Close() {
    while (answered_ < asked_) {
      talk_.Server(Answer());
    }
    talk_.Close();
  }

  std::string Answer() { return Ok("/" + std::to_string(answered_++)); }
  void Ask() { talk_.Client(Get("/" + std::to_string(asked_++))); }

  /// Exchanges with both, each of which must be right.
  int paired() {
    int count = 0;
    for (const auto& [number, exchange] : talk_.sink().exchanges) {
      if (exchange.record.has_request && exchange.record.has_response) {
        EXPECT_EQ(talk_.response(number).body, exchange.record.target);
        ++count;
      }
    }
    return count;
  }
  int flagged(store::Flag flag) {
    return static_cast<int>(std::ranges::count_if(talk_.sink().exchanges, [&](const auto& entry) {
      return HasFlag(entry.second.record.flags, flag);
    }));
  }

 private:
  Talk talk_;
  int asked_ = 0;
  int answered_ = 0;
};

TEST(PipelineLoss, LostAnswerCostsOnlyItsExchangeItsPair) {
  Window window(8);
  window.Turns(40).LoseAnswers(1).Turns(60).Close();
  EXPECT_EQ(window.paired(), 108);
  EXPECT_EQ(window.flagged(store::Flag::kResponseMissing), 1);
  EXPECT_EQ(window.flagged(store::Flag::kRequestMissing), 0);
}

TEST(PipelineLoss, SeveralLostAnswersCostOnlyTheirExchangesTheirPairs) {
  Window window(8);
  window.Turns(40).LoseAnswers(3).Turns(60).Close();
  EXPECT_EQ(window.paired(), 108);
  EXPECT_EQ(window.flagged(store::Flag::kResponseMissing), 3);
}

TEST(PipelineLoss, LostRequestCostsOnlyItsExchangeItsPair) {
  Window window(8);
  window.Turns(40).LoseRequests(1).Turns(60).Close();
  EXPECT_EQ(window.paired(), 108);
  EXPECT_EQ(window.flagged(store::Flag::kRequestMissing), 1);
}

TEST(PipelineLoss, StartsAreDoubtedOnlyUntilMoreWasAskedThanTheClientLeavesOpen) {
  Window window(8);
  window.Turns(40).LoseAnswers(1).Turns(60).Close();
  EXPECT_LE(window.flagged(store::Flag::kResynchronised), 10);
}

TEST(PipelineLoss, PairsByCountingSayThatTheyArePresumed) {
  Window window(4);
  window.Turns(40).LoseAnswers(1).Turns(40).Close();
  EXPECT_THAT(window.talk().flags(30), IsEmpty());
  EXPECT_THAT(window.talk().flags(50), Contains("pairing_presumed"));
  EXPECT_THAT(window.talk().flags(75), testing::ElementsAre("pairing_presumed"));
}

TEST(PipelineLoss, ClientWhoseHabitIsNotKnownStaysUnpaired) {
  Window window(8);
  window.Turns(2).LoseAnswers(1).Turns(60).Close();
  EXPECT_EQ(window.paired(), 2);
  EXPECT_EQ(window.flagged(store::Flag::kPairingPresumed), 0);
}

TEST(PipelineLoss, ClientThatLeavesMoreOpenThanEverRefutesTheCount) {
  Window window(8);
  window.Turns(40).LoseAnswers(1).Turns(40);
  window.Ask();
  window.Ask();
  window.Turns(1).Close();
  EXPECT_GT(window.flagged(store::Flag::kPairingAmbiguous), 8);
}

TEST(PipelineLoss, AnswersInDoubtWaitForNoLongerThanASecond) {
  Window window(8);
  window.Turns(40).LoseAnswers(1).Turns(3);
  window.talk().Wait(limits::kOpenRowNs).Tick();
  EXPECT_EQ(window.flagged(store::Flag::kRequestMissing), 3);
  window.Turns(60).Close();
  EXPECT_EQ(window.flagged(store::Flag::kRequestMissing), 3 + 8) << "nor do the requests";
  EXPECT_EQ(window.paired(), 40 + 60);
}

TEST(PipelineLoss, AnswersInDoubtHoldOnlySoManyBytes) {
  Window window(8);
  window.Turns(40).LoseAnswers(1).Turns(1);
  const size_t before = window.talk().memory_used();
  for (int i = 0; i < 7; ++i) {
    window.talk().Server(Ok(Body(64 << 10)));
  }
  EXPECT_LT(window.talk().memory_used() - before, 4 * limits::kUndecidedBytes);
  window.talk().Close();
}

TEST(PipelineLoss, AnswerInDoubtThatTheConnectionsEndCutsIsPutAlone) {
  Window window(8);
  const std::string cut = Ok(Body(100));
  window.Turns(40).LoseAnswers(1).Turns(2);
  window.talk().Server(cut.substr(0, 60)).Close();
  EXPECT_EQ(window.flagged(store::Flag::kRequestMissing), 3);
  EXPECT_EQ(window.flagged(store::Flag::kResponseTruncated), 1);
}

TEST(PipelineLoss, HeadInDoubtThatTheConnectionsEndCutsIsPutAlone) {
  Window window(4);
  window.Turns(40).LoseAnswers(1).Turns(1);
  window.talk().Server("HTTP/1.1 200 OK\r\nContent-Le").Close();
  EXPECT_EQ(window.talk().counter("exchanges.response_only"), 2);
}

TEST(PipelineLoss, AnswerInDoubtKeepsItsFactsWhenItIsPaired) {
  Window window(4);
  window.Turns(40).LoseAnswers(1);
  const uint64_t start = window.talk().server_sent();
  window.Turns(40).Close();
  const store::MessageFacts& facts = window.talk().response(42).facts;
  EXPECT_EQ(facts.flow_offset, start);
  EXPECT_EQ(facts.acked_bytes, facts.wire_bytes);
  EXPECT_EQ(facts.status, 200);
}

TEST(PipelineLoss, InterimAnswerInDoubtGoesWithItsFinalOne) {
  Window window(4);
  window.Turns(40).LoseAnswers(1).Turns(1);
  window.talk().Server("HTTP/1.1 103 Early Hints\r\n\r\n");
  window.Turns(40).Close();
  EXPECT_EQ(window.talk().exchange(43).interim.size(), 1);
}

/// An answer to HEAD has no body whatever it says, and one to GET has: a count that joins them is
/// wrong.
TEST(PipelineLoss, InterimAnswerWhoseFinalOneIsLostGoesWithNoOther) {
  Talk talk;
  talk.Client(Get("/1") + Get("/2") + Get("/3") + Get("/4")).Server(Ok("1")).ServerLost(40);
  talk.Server(Ok("3")).Server("HTTP/1.1 103 Early Hints\r\n\r\n").ServerLost(40);
  talk.ClientAcks().Wait(limits::kQuietNs);
  talk.Client(Get("/5")).Server(Ok("5"));
  talk.Close();
  EXPECT_EQ(talk.exchange(6).target, "/5");
  EXPECT_EQ(talk.exchange(6).status, 200);
  EXPECT_THAT(talk.exchange(6).interim, IsEmpty());
  EXPECT_EQ(talk.counter("messages.interim_left_out"), 1);
}

TEST(PipelineLoss, AnswersToHeadRequestsAreTakenForNoOthers) {
  Window window(4);
  window.Turns(40).LoseAnswers(1).Turns(1);
  window.talk().Server("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  window.talk().Client("HEAD /head HTTP/1.1\r\n\r\n");
  window.talk().Close();
  EXPECT_THAT(window.talk().pairs(), Not(Contains("HEAD /head 200")));
}

TEST(PipelineLoss, AnswerToHeadWithoutALengthDoesNotSwallowTheNext) {
  for (const std::string field :
       {"", "Transfer-Encoding: chunked\r\n", "Content-Length: 500\r\n"}) {
    SCOPED_TRACE(field);
    Talk talk;
    talk.Client(Get("/1") + "HEAD /2 HTTP/1.1\r\n\r\n" + Get("/3") + Get("/4") + Get("/5"));
    talk.Server(Ok("1")).ServerLost(40);
    talk.Server("HTTP/1.1 200 OK\r\n" + field + "\r\n").Server(Ok("4")).Server(Ok("5"));
    talk.Close();
    EXPECT_EQ(talk.counter("exchanges.response_only"), 3);
  }
}

TEST(PipelineLoss, BodyInDoubtThatBeginsLikeNoMessageIsABody) {
  Talk talk;
  talk.Client("HEAD /1 HTTP/1.1\r\n\r\n" + Get("/2") + Get("/3"));
  talk.ServerLost(40).Server(Ok("this is a body")).Server(Ok("3"));
  talk.Close();
  EXPECT_EQ(talk.response(4).body, "this is a body");
  EXPECT_EQ(talk.response(5).body, "3");
}

/// The same packets, two histories: the missing bytes are one answer, or two of half the length.
/// The client never had eight open before, so nothing tells them apart.
TEST(PipelineLoss, OfTwoHistoriesWithTheSamePacketsNoneIsChosen) {
  Talk talk;
  talk.Client(Get("/1") + Get("/2") + Get("/3") + Get("/4"));
  talk.Server(Ok("1")).ServerLost(2 * Ok("2").size()).Client(Get("/5"));
  talk.Server(Ok("3 or 4")).Client(Get("/6")).Server(Ok("4 or 5"));
  talk.Close();
  EXPECT_EQ(talk.counter("exchanges.paired"), 1);
  EXPECT_THAT(talk.pairs(), Contains("GET /3 -"));
  EXPECT_THAT(talk.pairs(), Contains("GET /4 -"));
}

/// Of a burst each request is a packet, and each answer comes when all of them are there.
void AnswerBurst(Talk& talk, const std::string& name, int requests) {
  const uint64_t known = talk.server_sent();
  for (int i = 0; i < requests; ++i) {
    talk.ClientKnows(known).Client(Get("/" + name + std::to_string(i)));
  }
  talk.KnowAll();
  for (int i = 0; i < requests; ++i) {
    talk.Server(Ok("/" + name + std::to_string(i)));
  }
}

void ExpectNoWrongPair(Talk& talk) {
  for (const auto& [number, exchange] : talk.sink().exchanges) {
    if (exchange.record.has_request && exchange.record.has_response) {
      EXPECT_EQ(talk.response(number).body, exchange.record.target);
    }
  }
}

TEST(PipelineLoss, ClientThatLeavesMoreOpenThanEverDoesNotShiftWhatTheAcksHold) {
  Talk talk;
  for (int i = 0; i < 10; ++i) {
    AnswerBurst(talk, "turn", 1);
  }
  talk.ClientLost(Get("/lost").size()).Server(Ok("/lost"));
  for (const int requests : {8, 2, 8, 16, 64, 2}) {
    AnswerBurst(talk, "burst" + std::to_string(requests) + "-", requests);
  }
  talk.Close();
  ExpectNoWrongPair(talk);
  EXPECT_EQ(talk.counter("exchanges.response_only"), 1);
}

}  // namespace
}  // namespace trafrec::reassembly
