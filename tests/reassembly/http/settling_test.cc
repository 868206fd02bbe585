#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reassembly/limits.h"
#include "talk.h"

namespace trafrec::reassembly {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Settling, ExchangeWaitsForTheAckOfItsLastByte) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a"));
  EXPECT_THAT(talk.sink().exchanges, IsEmpty());
  talk.ClientAcks();
  EXPECT_THAT(talk.sink().calls,
              ElementsAre("connection 1", "message 2", "message 3", "exchange 1"));
}

TEST(Settling, ExchangeDoesNotWaitLongForItsAck) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).Wait(limits::kSettleNs - 1).Tick();
  EXPECT_THAT(talk.sink().exchanges, IsEmpty());
  talk.Wait(1).Tick();
  EXPECT_EQ(talk.exchange_count(), 1);
  EXPECT_EQ(talk.response(1).facts.acked_bytes, 0);
}

TEST(Settling, OldestGoWithoutAckWhenTooManyBytesWait) {
  Talk talk;
  const std::string body = Body(200'000);
  std::string requests;
  for (int i = 0; i < 300; ++i) {
    requests += Get("/a");
  }
  talk.Client(requests);
  for (int i = 0; i < 300; ++i) {
    talk.Server(Ok(body));
  }
  EXPECT_GE(talk.exchange_count(), 300 - limits::kSettlingBytes / body.size() - 1);
  EXPECT_LT(talk.exchange_count(), 300);
}

TEST(Settling, RequestThatWaitsASecondIsWrittenOpen) {
  Talk talk;
  talk.Client(Post("/a", "hello")).Wait(limits::kOpenRowNs - 2 * kNsPerMs).Tick();
  EXPECT_THAT(talk.sink().exchanges, IsEmpty());
  talk.Wait(2 * kNsPerMs).Tick();
  EXPECT_THAT(talk.flags(1), ElementsAre("response_missing", "open"));
  EXPECT_EQ(talk.request(1).body, "hello");
}

TEST(Settling, OpenRowIsCompletedUnderItsNumber) {
  Talk talk;
  talk.Client(Post("/a", "hello")).Wait(3600 * kNsPerSecond).Tick().Server(Ok("late"));
  talk.ClientAcks();
  EXPECT_THAT(talk.sink().calls, ElementsAre("connection 1", "message 2", "exchange 1", "facts 2",
                                             "message 3", "exchange 1"));
  EXPECT_THAT(talk.pairs(), ElementsAre("POST /a 200"));
  EXPECT_THAT(talk.flags(1), IsEmpty());
  EXPECT_EQ(talk.request(1).facts.acked_bytes, talk.client_sent());
}

TEST(Settling, SlowRequestIsWrittenOpenAndContinuedInExtents) {
  Talk talk;
  talk.Client("PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  talk.Wait(limits::kOpenRowNs).Client("6\r\n world\r\n").Tick();
  EXPECT_EQ(talk.request(1).body, "hello");
  EXPECT_TRUE(HasFlag(talk.request(1).facts.flags, store::Flag::kOpen));
  talk.Client("0\r\nX-Sum: 1\r\n\r\n").Server(Ok("done")).ClientAcks();
  EXPECT_EQ(talk.request(1).body, "hello world");
  EXPECT_EQ(talk.request(1).trailers, "X-Sum: 1\r\n");
  EXPECT_EQ(talk.request(1).extents, 1);
  EXPECT_THAT(talk.flags(1), IsEmpty());
}

TEST(Settling, RequestIsWrittenOpenOnlyWhenItsHeadIsThere) {
  Talk talk;
  talk.Client("PUT /a HTTP/1.1\r\n").Wait(2 * limits::kOpenRowNs).Tick();
  EXPECT_THAT(talk.sink().exchanges, IsEmpty());
  talk.Client("Content-Length: 0\r\n\r\n");
  EXPECT_THAT(talk.flags(1), ElementsAre("response_missing", "open"));
}

TEST(Settling, TimersFireBeforeTheEventOfTheirTime) {
  // However packets are batched, the outcome is the same: no Tick() here.
  Talk talk;
  talk.Client(Get("/a")).Wait(2 * limits::kOpenRowNs).Server(Ok("a")).ClientAcks();
  EXPECT_THAT(talk.sink().calls, ElementsAre("connection 1", "message 2", "exchange 1", "facts 2",
                                             "message 3", "exchange 1"));
}

TEST(Marks, FollowTheOldestRequestThatIsNotPut) {
  Talk talk;
  talk.Client(Get("/a"));
  const TimeNs first = talk.now();
  talk.Tick();
  EXPECT_EQ(talk.sink().marks.requests_through, first);
  EXPECT_EQ(talk.sink().marks.exchanges_below, 1);
  talk.Server(Ok("a")).ClientAcks().Tick();
  EXPECT_EQ(talk.sink().marks.requests_through, talk.now());
  EXPECT_EQ(talk.sink().marks.answers_through, talk.now());
  EXPECT_EQ(talk.sink().marks.exchanges_below, 2);
}

TEST(Marks, HangingRequestHoldsOnlyTheSecond) {
  Talk talk;
  talk.Client(Get("/a"));
  const TimeNs first = talk.now();
  talk.Wait(10 * kNsPerSecond).Tick();
  EXPECT_EQ(talk.sink().marks.requests_through, talk.now());
  EXPECT_EQ(talk.sink().marks.answers_through, first);
  EXPECT_EQ(talk.sink().marks.exchanges_below, 2);
}

TEST(Marks, SayThatARequestYoungerThanASecondHoldsThem) {
  Talk talk;
  talk.Client(Get("/a")).Wait(kNsPerMs).Tick();
  EXPECT_EQ(talk.sink().marks.requests_hold, (store::Hold{store::HoldCause::kRequest, 1}));
  EXPECT_EQ(talk.sink().marks.answers_hold, (store::Hold{store::HoldCause::kAnswer, 1}));
}

TEST(Marks, SayThatARequestIsStillComingIn) {
  Talk talk;
  const std::string request = Post("/a", "hello");
  talk.Client(request.substr(0, request.size() - 1)).Wait(10 * kNsPerSecond).Tick();
  EXPECT_EQ(talk.sink().marks.answers_hold, (store::Hold{store::HoldCause::kRequest, 1}));
}

TEST(Marks, SayWhichExchangeWaitsForItsAnswer) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).Client(Get("/b")).Wait(10 * kNsPerSecond).Tick();
  EXPECT_EQ(talk.sink().marks.requests_hold, store::Hold());
  EXPECT_EQ(talk.sink().marks.answers_hold, (store::Hold{store::HoldCause::kAnswer, 2}));
}

TEST(Marks, SayThatTheLastAckIsAwaited) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).Wait(kNsPerMs).Tick();
  EXPECT_EQ(talk.sink().marks.answers_hold, (store::Hold{store::HoldCause::kSettling, 1}));
}

TEST(Marks, FreeOnesSayNothing) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).ClientAcks().Tick();
  EXPECT_EQ(talk.sink().marks.requests_hold, store::Hold());
  EXPECT_EQ(talk.sink().marks.answers_hold, store::Hold());
}

TEST(Marks, FirstBytesOfARequestHoldThem) {
  Talk talk;
  talk.Client("GE");
  const TimeNs first = talk.now();
  talk.Wait(kNsPerMs).Tick();
  EXPECT_EQ(talk.sink().marks.requests_through, first);
}

TEST(Marks, FirstBytesOfARequestHoldThemThoughNobodyKnowsWhoTheClientIs) {
  Talk talk({.mid_stream = true});
  talk.Client("GET /a HTTP/1.1\r\nX-a: b\r\n");
  const TimeNs first = talk.now();
  talk.Wait(kNsPerMs).Tick();
  EXPECT_EQ(talk.sink().marks.requests_through, first);
}

TEST(Marks, FirstBytesThatTurnOutToBeAnAnswersLetThemGo) {
  Talk talk({.mid_stream = true});
  talk.Server("HTTP/1.1 200 OK\r\nContent-").Server("Length: 1\r\n\r\n").Tick();
  EXPECT_EQ(talk.sink().marks.requests_through, talk.now());
}

TEST(Marks, FirstBytesOfARequestFoundBySearchHoldThem) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a")).ClientLost(40).ServerLost(60);
  talk.Client("{rest of a body}").Client("GET /c HTT");
  const TimeNs first = talk.now();
  talk.Wait(kNsPerMs).Tick();
  EXPECT_EQ(talk.sink().marks.requests_through, first);
}

TEST(Marks, HeadThatNeverEndsIsPutAsItIsAndLetsThemGo) {
  Talk talk;
  talk.Client("GET /slow HTTP/1.1\r\nX-a: b\r\n").Wait(limits::kHeadTimeoutNs).Tick();
  EXPECT_EQ(talk.sink().marks.requests_through, talk.now());
  EXPECT_EQ(talk.request(1).head, "GET /slow HTTP/1.1\r\nX-a: b\r\n");
  talk.Server("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n").Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /slow 408"));
  EXPECT_THAT(talk.flags(1), ElementsAre("request_truncated", "evicted"));
}

TEST(Marks, StartLineThatNeverEndsLetsThemGo) {
  Talk talk;
  talk.Client("GE").Wait(limits::kHeadTimeoutNs).Tick();
  EXPECT_EQ(talk.sink().marks.requests_through, talk.now());
  talk.Close();
  EXPECT_EQ(talk.exchange_count(), 0);
}

TEST(Eviction, WhatThereIsIsPutAndFlagged) {
  Talk talk;
  talk.Client(Post("/a", "hello")).Server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
  talk.Evict().Close(store::CloseCause::kEvicted);
  EXPECT_THAT(talk.pairs(), ElementsAre("POST /a 200"));
  EXPECT_THAT(talk.flags(1), ElementsAre("response_truncated", "evicted"));
  EXPECT_EQ(talk.response(1).body, "abc");
  ASSERT_EQ(talk.sink().losses.size(), 1);
  EXPECT_EQ(talk.sink().losses[0].connection, 1);
}

/// A connection whose client has sent `bytes`, in one packet.
std::unique_ptr<StreamConsumer> Begun(HttpLayer& layer, TimeNs at, std::string_view bytes) {
  ConnectionInfo info;
  info.client = Flow::kFirst;
  info.opened_at = at;
  auto connection = layer.Open(info);
  Chunk chunk;
  chunk.bytes = AsBytes(bytes);
  chunk.at = at;
  chunk.packet_start = true;
  connection->OnChunk(Flow::kFirst, chunk);
  return connection;
}

void Evict(StreamConsumer& connection, TimeNs at) {
  connection.OnEvict(at);
  ConnectionEnd end;
  end.cause = store::CloseCause::kEvicted;
  end.at = at;
  connection.OnClose(end);
}

TEST(Eviction, ThoseThatFollowEachOtherAreOneLossRow) {
  MemoryAccount memory{.used_bytes = 0, .max_bytes = limits::kGlobalBytes};
  CollectingSink sink;
  HttpLayer layer({}, memory, sink);
  const TimeNs start = 1'000 * kNsPerSecond;
  for (const int64_t second : {0, 1, 60}) {
    const TimeNs at = start + second * kNsPerSecond;
    Evict(*Begun(layer, at, "GET / HT"), at + 1);
  }
  layer.Finish();
  ASSERT_EQ(sink.losses.size(), 2U);
  EXPECT_EQ(sink.losses[0].cause, store::LossCause::kLimit);
  EXPECT_EQ(sink.losses[0].from, start);
  EXPECT_EQ(sink.losses[0].until, start + kNsPerSecond + 1);
}

TEST(Eviction, WhatIsKeptForReuseIsASmallPartOfASmallBudget) {
  MemoryAccount memory{.used_bytes = 0, .max_bytes = size_t{4} << 20};
  CollectingSink sink;
  HttpLayer layer({}, memory, sink);
  const std::string request =
      "POST / HTTP/1.1\r\nContent-Length: 200000\r\n\r\n" + std::string(100'000, 'x');
  std::vector<std::unique_ptr<StreamConsumer>> connections;
  for (int i = 0; i < 30; ++i) {
    connections.push_back(Begun(layer, 1, request));
  }
  for (const auto& connection : connections) {
    Evict(*connection, 2);
  }
  EXPECT_LE(memory.used_bytes, memory.max_bytes / 8);
  layer.Finish();
}

TEST(Eviction, TooManyWaitingRequestsEvictTheOldest) {
  Talk talk;
  std::string requests;
  for (size_t i = 0; i < limits::kPipelined + 5; ++i) {
    requests += "GET /a HTTP/1.1\r\n\r\n";
  }
  talk.ClientIn(65536, requests);
  EXPECT_EQ(talk.exchange_count(), 5);
  EXPECT_THAT(talk.flags(1), ElementsAre("response_missing", "evicted"));
}

}  // namespace
}  // namespace trafrec::reassembly
