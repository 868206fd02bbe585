#include "reconcile/history/connection_watch.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace trafrec::reconcile {
namespace {

constexpr TimeNs kMs = kNsPerMs;

/// A connection whose client waits for each answer before it sends on: requests of 100 bytes,
/// answers of 70. What of it is in the log is up to the test.
class Conversation {
 public:
  Conversation()
      : watch_([](size_t, TimeNs) {}, [this](size_t, uint64_t bytes) { heard.push_back(bytes); }) {}

  /// `head`: of the answer.
  void Answered(const std::string& target = "/", const std::string& head = "") {
    store::StoredExchange exchange = Next();
    exchange.row.target = target;
    exchange.response.emplace();
    exchange.response->head = head;
    store::MessageFacts& facts = exchange.response->facts;
    facts.flow_offset = answer_offset_;
    facts.wire_bytes = 70;
    facts.first_byte_at = facts.last_byte_at = at_ - 2 * kMs;
    answer_offset_ += 70;
    watch_.Add(exchange, std::nullopt);
  }

  /// Its answer of so many bytes went by unseen. `asked`: it is in question.
  void Unheard(uint64_t bytes, bool asked = true) {
    const store::StoredExchange exchange = Next();
    answer_offset_ += bytes;
    watch_.Add(exchange, asked ? std::optional<size_t>(0) : std::nullopt);
  }

  /// Neither the request nor its answer of so many bytes.
  void Lost(uint64_t bytes) {
    request_offset_ += 100;
    answer_offset_ += bytes;
  }

  /// The log goes on behind `until`; the client has closed then, or has not.
  std::vector<LostTraffic> Finish(TimeNs until, bool closed) {
    store::StoredExchange last = Next();
    last.connection.close_cause = closed ? store::CloseCause::kFin : store::CloseCause::kOpen;
    last.connection.closed_at = at_;
    last.connection.client_close.payload_bytes = request_offset_;
    watch_.Add(last, std::nullopt);
    return watch_.Finish(until);
  }

  std::vector<uint64_t> heard{};

 private:
  store::StoredExchange Next() {
    store::StoredExchange exchange;
    exchange.connection.opened_at = 1 * kMs;
    exchange.request.emplace();
    exchange.request->head.assign("PUT / HTTP/1.1\r\n\r\n");
    store::MessageFacts& facts = exchange.request->facts;
    facts.flow_offset = request_offset_;
    facts.wire_bytes = facts.acked_bytes = 100;
    facts.first_byte_at = facts.last_byte_at = at_;
    request_offset_ += 100;
    at_ += 10 * kMs;
    return exchange;
  }

  ConnectionWatch watch_;
  TimeNs at_ = 1000 * kMs;
  uint64_t request_offset_ = 0;
  uint64_t answer_offset_ = 0;
};

TEST(ConnectionWatch, TheBytesBetweenTwoAnswersAreThoseOfTheOneThatWentByUnseen) {
  Conversation conversation;
  conversation.Answered();
  conversation.Unheard(83);
  conversation.Answered();
  EXPECT_EQ(conversation.heard, (std::vector<uint64_t>{83}));
}

TEST(ConnectionWatch, BytesOfTwoUnseenAnswersAreNobodys) {
  Conversation conversation;
  conversation.Unheard(83);
  conversation.Unheard(90, false);
  conversation.Answered();
  EXPECT_TRUE(conversation.heard.empty());
}

TEST(ConnectionWatch, WhereARequestWasLostAnUnseenAnswerMayBeItsOwn) {
  Conversation conversation;
  conversation.Answered();
  conversation.Unheard(83);
  conversation.Lost(70);
  conversation.Answered();
  EXPECT_TRUE(conversation.heard.empty());
}

TEST(ConnectionWatch, WhereTasksAreBegunALostRequestMayHaveBegunOneThatRanOn) {
  const auto until_with = [](const std::string& target) {
    Conversation conversation;
    conversation.Answered(target);
    conversation.Lost(110);
    conversation.Answered();
    const std::vector<LostTraffic> lost = conversation.Finish(5000 * kMs, true);
    return lost.size() == 1 ? lost[0].ran.until : 0;
  };
  constexpr TimeNs kEver = std::numeric_limits<TimeNs>::max();
  EXPECT_LT(until_with("/idx/_update_by_query"), 5000 * kMs);
  EXPECT_EQ(until_with("/idx/_update_by_query?wait_for_completion=false"), kEver);
}

/// What such a recorder says that it lost.
store::AttemptInfo Losing(const store::LossRecord& loss) {
  store::AttemptInfo attempt;
  attempt.recorder = "r";
  attempt.attempt = 1;
  attempt.losses = {loss};
  return attempt;
}

TEST(ConnectionWatch, AnAnswerThatWasNotSeenMayHaveAShorterHeadThanOthers) {
  Conversation conversation;
  const std::string created =
      "HTTP/1.1 201 Created\r\nLocation: /orders/_doc/d0001\r\nContent-Length: 160\r\n\r\n";
  conversation.Answered("/", created);
  conversation.Lost(created.size() + 209);  // a by-query request's answer has 210 bytes
  conversation.Answered("/", created);
  const std::vector<LostTraffic> lost = conversation.Finish(5000 * kMs, true);
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_EQ(lost[0].most, std::nullopt);
}

TEST(ConnectionWatch, WhatWasLostOfAConnectionWithoutARequestInTheLogIsInItsRecordersAccount) {
  ConnectionWatch watch([](size_t, TimeNs) {}, [](size_t, uint64_t) {});
  watch.NoteHoles(Losing({.cause = store::LossCause::kGap,
                          .from = 10 * kMs,
                          .until = 20 * kMs,
                          .connection = 7,
                          .bytes = 300}));
  store::StoredExchange answer;  // of a request that nobody captured
  answer.row.id = {"r", 1, 1};
  answer.connection.number = 7;
  answer.response.emplace();
  watch.Add(answer, std::nullopt);
  const std::vector<LostTraffic> lost = watch.Finish(std::nullopt);
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_EQ(lost[0].ran.from, 10 * kMs);
  EXPECT_EQ(lost[0].bytes, 300U);
  EXPECT_TRUE(lost[0].in_flow);
}

TEST(ConnectionWatch, WhatAConnectionLostBeforeItsFirstRequestThatWasSeenIsItsRecordersToTell) {
  ConnectionWatch watch([](size_t, TimeNs) {}, [](size_t, uint64_t) {});
  for (const TimeNs until : {20 * kMs, 40 * kMs}) {  // the later one the flow itself tells of
    watch.NoteHoles(Losing({.cause = store::LossCause::kGap,
                            .from = 10 * kMs,
                            .until = until,
                            .connection = 7,
                            .bytes = 300}));
  }
  store::StoredExchange exchange;
  exchange.row.id = {"r", 1, 1};
  exchange.connection.number = 7;
  exchange.connection.flags = store::FlagBit(store::Flag::kMidStream);
  exchange.request.emplace();
  exchange.request->facts.first_byte_at = exchange.request->facts.last_byte_at = 30 * kMs;
  watch.Add(exchange, std::nullopt);
  const std::vector<LostTraffic> lost = watch.Finish(std::nullopt);
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_EQ(lost[0].ran.until, 20 * kMs);
}

TEST(ConnectionWatch, WhereAClientAsksForPartsOfAnswersTheirLengthsBoundNothing) {
  const auto most_with = [](const std::string& target) {
    Conversation conversation;
    conversation.Answered();
    conversation.Lost(110);
    conversation.Answered();
    conversation.Answered(target);
    const std::vector<LostTraffic> lost = conversation.Finish(5000 * kMs, true);
    return lost.size() == 1 ? lost[0].most : std::nullopt;
  };
  EXPECT_TRUE(most_with("/idx/_doc/1"));
  EXPECT_FALSE(most_with("/idx/_doc/1?filter_path=_id"));
}

TEST(ConnectionWatch, AConnectionThatGoesOnWithoutARequestMayHaveLostSome) {
  ConnectionWatch watch([](size_t, TimeNs) {}, [](size_t, uint64_t) {});
  store::StoredExchange answer;
  answer.row.id = {"r", 1, 1};
  answer.connection.opened_at = 10 * kMs;
  answer.connection.close_cause = store::CloseCause::kOpen;
  answer.response.emplace();
  watch.Add(answer, std::nullopt);
  const std::vector<LostTraffic> lost = watch.Finish(50 * kMs);
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_EQ(lost[0].ran.from, 10 * kMs);
  EXPECT_EQ(lost[0].ran.until, 50 * kMs);
}

TEST(ConnectionWatch, AConnectionThatGoesOnMayHaveLostWhatItHasNotShownYet) {
  Conversation conversation;
  conversation.Answered();
  const std::vector<LostTraffic> lost = conversation.Finish(5000 * kMs, false);
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_TRUE(lost[0].in_flow);
  EXPECT_EQ(lost[0].ran.from, 1010 * kMs);  // its last request
  EXPECT_EQ(lost[0].ran.until, 5000 * kMs);
}

TEST(ConnectionWatch, AConnectionThatHasEndedHasShownAllThatItLost) {
  Conversation conversation;
  conversation.Answered();
  EXPECT_TRUE(conversation.Finish(5000 * kMs, true).empty());
}

}  // namespace
}  // namespace trafrec::reconcile
