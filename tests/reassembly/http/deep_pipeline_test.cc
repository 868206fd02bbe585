// Clients that leave more requests open than are kept waiting (limits::kPipelined).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "reassembly/limits.h"
#include "talk.h"

namespace trafrec::reassembly {
namespace {

constexpr size_t kDepth = 2 * limits::kPipelined;

std::string Requests(size_t first, size_t last) {
  std::string requests;
  for (size_t i = first; i <= last; ++i) {
    requests += Get(fmt::format("/{}", i));
  }
  return requests;
}

/// Each says in its body what it is for.
std::string Answers(size_t first, size_t last) {
  std::string answers;
  for (size_t i = first; i <= last; ++i) {
    answers += Ok(fmt::format("/{}", i));
  }
  return answers;
}

struct Outcome {
  size_t right = 0;
  size_t wrong = 0;
  size_t requests_alone = 0;
  size_t answers_alone = 0;
  size_t unflagged = 0;  ///< of those that lack a partner
};

Outcome Judge(Talk& talk) {
  Outcome outcome;
  for (const auto& [number, collected] : talk.sink().exchanges) {
    const store::ExchangeRecord& exchange = collected.record;
    if (exchange.has_request && exchange.has_response) {
      ++(talk.response(number).body == exchange.target ? outcome.right : outcome.wrong);
      continue;
    }
    ++(exchange.has_request ? outcome.requests_alone : outcome.answers_alone);
    outcome.unflagged += (exchange.flags & store::kIncompleteFlags) == 0 ? 1 : 0;
  }
  return outcome;
}

/// No pair is wrong, each message is there, and what lacks its partner says so.
void ExpectAllThereAndNoneWrong(Talk& talk) {
  const Outcome outcome = Judge(talk);
  EXPECT_EQ(outcome.wrong, 0U);
  EXPECT_EQ(outcome.unflagged, 0U);
  EXPECT_EQ(outcome.right + outcome.requests_alone, kDepth);
  EXPECT_EQ(outcome.right + outcome.answers_alone, kDepth);
  EXPECT_EQ(talk.counter("messages.put"), 2 * kDepth);
}

TEST(DeepPipeline, BeyondTheLimitTheOldestRequestsAreFlaggedAndCounted) {
  for (const size_t piece : {size_t{1448}, size_t{65536}}) {
    Talk talk;
    talk.ClientIn(piece, Requests(1, kDepth)).ServerIn(piece, Answers(1, kDepth));
    talk.Close();
    ExpectAllThereAndNoneWrong(talk);
    EXPECT_EQ(talk.counter("exchanges.flag.evicted"), kDepth - limits::kPipelined);
    EXPECT_EQ(talk.counter("exchanges.incomplete"), talk.exchange_count());
  }
}

TEST(DeepPipeline, WindowBeyondTheLimitThatMovesOnMakesNoWrongPair) {
  constexpr size_t kWindow = limits::kPipelined * 3 / 2;
  Talk talk;
  talk.ClientIn(1448, Requests(1, kWindow));
  for (size_t i = 1; i <= kDepth; ++i) {
    talk.Server(Answers(i, i));
    if (i + kWindow <= kDepth) {
      talk.Client(Requests(i + kWindow, i + kWindow));
    }
  }
  talk.Close();
  ExpectAllThereAndNoneWrong(talk);
}

TEST(DeepPipeline, ServerThatReadsAsItAnswersMakesNoWrongPair) {
  Talk talk;
  talk.ClientIn(1448, Requests(1, kDepth));
  uint64_t known = 0;
  for (size_t i = 1; i <= kDepth; ++i) {
    known += Requests(i, i).size();
    talk.ServerKnows(known).Server(Answers(i, i));
  }
  talk.Close();
  ExpectAllThereAndNoneWrong(talk);
}

TEST(DeepPipeline, WhatComesBehindItIsPairedAgain) {
  Talk talk;
  talk.ClientIn(1448, Requests(1, kDepth)).ServerIn(1448, Answers(1, kDepth));
  talk.Wait(2 * kNsPerSecond);
  talk.Client(Get("/again")).Server(Ok("/again"));
  talk.Close();
  EXPECT_EQ(talk.pairs().back(), "GET /again 200");
}

TEST(DeepPipeline, AtTheLimitNothingIsLost) {
  Talk talk;
  talk.ClientIn(1448, Requests(1, limits::kPipelined));
  talk.ServerIn(1448, Answers(1, limits::kPipelined));
  talk.Close();
  EXPECT_EQ(Judge(talk).right, limits::kPipelined);
  EXPECT_EQ(talk.counter("exchanges.incomplete"), 0);
}

}  // namespace
}  // namespace trafrec::reassembly
