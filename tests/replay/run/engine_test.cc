#include "replay/run/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>

#include "tests/replay/run/fake_search.h"
#include "tests/replay/run/run_fixture.h"

namespace trafrec::replay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

bool IsWrite(const std::string& request) { return request.starts_with("PUT"); }

TEST(Engine, EverythingIsSentOnceAndItsAnswerKept) {
  FakeSearch target;
  std::vector<Recorded> log;
  for (int i = 0; i < 200; ++i) {
    log.push_back(Created(std::to_string(i), i, i + 50, i, R"({"n":)" + std::to_string(i) + "}"));
  }
  SmallRun run(target.url(), log);
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.as_source, 200U);
  EXPECT_EQ(target.AskedFor("PUT"), 200U);
  EXPECT_EQ(target.Source("117"), R"({"n":117})");
  EXPECT_EQ(run.Results().size(), 200U);
}

TEST(Engine, WhatMayHaveBeenKnownIsAnsweredFirst) {
  // The first write is slow at the target; the second began after its answer at the source.
  std::mutex mutex;
  std::vector<std::string> ended;
  FakeSearch target({}, [&](const std::string& request) {
    const std::lock_guard lock(mutex);
    ended.push_back(request.substr(0, request.find(' ', 5)));
    return false;
  });
  SmallRun run(target.url(),
               {Created("a", 0, 10, 0, R"({"n":1})"), Updated("a", 20, 30, 1, R"({"n":2})"),
                Updated("a", 40, 50, 2, R"({"n":3})")});
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(target.Source("a"), R"({"n":3})");
  EXPECT_EQ(target.VersionOf("a"), 3);
}

TEST(Engine, NumbersOutrankTimes) {
  // Both were under way together; the later one committed first.
  FakeSearch target;
  SmallRun run(target.url(), {Updated("a", 0, 100, 8, R"({"n":"last"})"),
                              Created("a", 1, 90, 7, R"({"n":"first"})")});
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(target.Source("a"), R"({"n":"last"})");
}

TEST(Engine, ABulkIsSplitWhereTheOrderNeedsItAndItsAnswersPutTogether) {
  // Two bulks over two documents that committed in opposite orders: neither can go as a whole.
  FakeSearch target;
  SmallRun run(target.url(), {Created("a", 0, 1, 0), Created("b", 0, 1, 1),
                              Bulk({{"a", 10}, {"b", 13}}, 20, 100, R"({"n":1})"),
                              Bulk({{"b", 12}, {"a", 11}}, 21, 101, R"({"n":2})")});
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(target.Source("a"), R"({"n":2})");
  EXPECT_EQ(target.Source("b"), R"({"n":1})");
  EXPECT_GE(run.progress.counts.split, 1U);
  for (const store::StoredExchange& result : run.Results()) {
    if (result.row.target == "/_bulk") {
      EXPECT_THAT(result.response->body, HasSubstr(R"("_id":"a")"));
      EXPECT_THAT(result.response->body, HasSubstr(R"("_id":"b")"));
    }
  }
}

class AnyOrder : public testing::TestWithParam<plan::Order> {};

INSTANTIATE_TEST_SUITE_P(Engine, AnyOrder,
                         testing::Values(plan::Order::kCausal, plan::Order::kConnection,
                                         plan::Order::kNone));

TEST_P(AnyOrder, TwoWritesOfOneDocumentNeverGoInOneBulk) {
  // If the first one had to go again, the second one would be carried out before it.
  std::atomic<bool> together = false;
  FakeSearch target([&](const std::string& request) -> std::optional<std::string> {
    const std::string line = R"("_id":"a")";
    const size_t first = request.find(line);
    together = together ||
               (first != std::string::npos && request.find(line, first + 1) != std::string::npos);
    return std::nullopt;
  });
  SmallRun run(target.url(),
               {Created("a", 0, 1, 0), Created("b", 0, 1, 1),
                Bulk({{"a", 10}, {"b", 11}, {"a", 12}, {"a", 13}}, 20, 100, R"({"n":1})")});
  run.plan.order = GetParam();
  ASSERT_TRUE(run.Send());
  EXPECT_FALSE(together);
  EXPECT_EQ(target.VersionOf("a"), 4);
  EXPECT_EQ(target.VersionOf("b"), 2);
}

TEST_P(AnyOrder, TwoWritesOfOneDocumentAreNeverUnderWayTogether) {
  // Of one without an answer a reading would show what the other one left. Those of "a" came at
  // once from many connections, without answers; the first one is held until "b" comes.
  std::promise<void> seen_b;
  std::shared_future<void> b = seen_b.get_future().share();
  std::atomic<int> under_way = 0;
  std::atomic<bool> together = false;
  FakeSearch target(
      [&](const std::string& request) -> std::optional<std::string> {
        if (request.starts_with("PUT /i/_doc/b")) {
          seen_b.set_value();
        } else if (request.starts_with("PUT /i/_doc/a")) {
          together = together || ++under_way > 1;
          b.wait_for(std::chrono::seconds(20));
        }
        return std::nullopt;
      },
      [&](const std::string& request) {
        under_way -= request.starts_with("PUT /i/_doc/a") ? 1 : 0;
        return false;
      });
  std::vector<Recorded> log(10, {.method = "PUT", .target = "/i/_doc/a", .body = "{}"});
  log.push_back(Created("b", 1, 2, 0));
  SmallRun run(target.url(), log);
  run.plan.order = GetParam();
  ASSERT_TRUE(run.Send());
  EXPECT_FALSE(together);
  EXPECT_EQ(target.VersionOf("a"), 10);
}

TEST(Engine, TheRunsLogHasEachRequestWithTheLengthOfItsBody) {
  FakeSearch target;
  SmallRun run(target.url(), {Created("a", 0, 1, 0), Created("b", 0, 1, 1),
                              Bulk({{"a", 10}, {"b", 13}}, 20, 100, R"({"n":1})"),
                              Bulk({{"b", 12}, {"a", 11}}, 21, 101, R"({"n":2})"),
                              Updated("c", 200, 201, 14, R"({"n":3})")});
  ASSERT_TRUE(run.Send());
  for (const store::StoredExchange& result : run.Results()) {
    EXPECT_THAT(
        result.request->head,
        HasSubstr("Content-Length: " + std::to_string(result.request->body.size()) + "\r\n"));
  }
}

TEST(Engine, EachAnswerNamesTheSourcesExchange) {
  FakeSearch target;
  SmallRun run(target.url(), {Created("a", 0, 1, 0)});
  ASSERT_TRUE(run.Send());
  const std::vector<store::StoredExchange> results = run.Results();
  ASSERT_EQ(results.size(), 1U);
  ASSERT_TRUE(results[0].row.link);
  EXPECT_EQ(results[0].row.link->source_recorder, "src");
  EXPECT_EQ(results[0].row.link->source_exchange, 1U);
  EXPECT_EQ(results[0].row.link->target_outcome, "created");
}

TEST(Engine, TheIntentIsInTheLedgerBeforeTheTargetSeesTheRequest) {
  std::atomic<SmallRun*> running = nullptr;
  std::atomic<int> without = 0;
  FakeSearch target([&](const std::string& request) -> std::optional<std::string> {
    if (IsWrite(request)) {
      const auto doubts = running.load()->Memory()->InDoubt();
      without += doubts && !doubts->empty() ? 0 : 1;
    }
    return std::nullopt;
  });
  SmallRun run(target.url(), {Created("a", 0, 1, 0), Updated("a", 10, 11, 1)});
  running = &run;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(without, 0);
}

TEST(Engine, AnAnswerThatIsLostIsFoundByLookingAtTheDocument) {
  std::atomic<bool> lose = true;
  FakeSearch target(
      {}, [&](const std::string& request) { return IsWrite(request) && lose.exchange(false); });
  SmallRun run(target.url(),
               {Created("a", 0, 1, 0, R"({"n":1})"), Updated("a", 10, 11, 1, R"({"n":2})")});
  run.options.retry.first_pause_ms = 1;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.by_reading, 1U);
  EXPECT_EQ(target.VersionOf("a"), 2);
  EXPECT_EQ(target.Source("a"), R"({"n":2})");
}

TEST(Engine, ATargetThatNeverSaysWhatIsAskedIsGivenUp) {
  FakeSearch target(
      [](const std::string& request) -> std::optional<std::string> {
        return request.find("/_mget") != std::string::npos
                   ? std::optional(JsonAnswer(200, R"({"docs":[]})"))
                   : std::nullopt;
      },
      [](const std::string& request) { return IsWrite(request); });
  SmallRun run(target.url(), {Created("a", 0, 1, 0)});
  run.options.retry = {.tries = 2, .first_pause_ms = 1};
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.dead, 1U);
}

TEST(Engine, WhatWritesToTheSameAsADeadOneIsHeldBack) {
  FakeSearch target([&](const std::string& request) -> std::optional<std::string> {
    return request.find("/a") != std::string::npos && IsWrite(request)
               ? std::optional(JsonAnswer(429, R"({"error":{"type":"x"},"status":429})"))
               : std::nullopt;
  });
  SmallRun run(target.url(),
               {Created("a", 0, 1, 0), Updated("a", 10, 11, 1), Created("b", 10, 11, 2)});
  run.options.retry = {.tries = 2, .first_pause_ms = 1};
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.dead, 1U);
  EXPECT_EQ(run.progress.counts.blocked, 1U);
  EXPECT_EQ(target.VersionOf("b"), 1);
  const auto letters = run.Memory()->Letters({});
  ASSERT_TRUE(letters);
  EXPECT_EQ(letters->size(), 2U);
}

TEST(Engine, AResumedRunSendsNothingThatIsOver) {
  FakeSearch target;
  SmallRun run(target.url(),
               {Created("a", 0, 1, 0),
                {"GET", "/i/_doc/a", "", 5, 6, 200, R"({"_index":"i","_id":"a","found":true})"}});
  ASSERT_TRUE(run.Send());
  const size_t asked = target.asked().size();
  ASSERT_TRUE(run.Send(true));
  EXPECT_EQ(target.asked().size(), asked);
  // It begins with the last one, where the run's position is.
  EXPECT_EQ(run.progress.counts.earlier, 1U);
}

TEST(Engine, OfAReadThatIsOverAResumedRunCountsWhatWasSelected) {
  FakeSearch target;
  SmallRun run(target.url(),
               {{"POST", "/_mget",
                 R"({"docs":[{"_index":"i","_id":"a"},{"_index":"other","_id":"a"}]})", 0, 1, 200,
                 R"({"docs":[{"_index":"i","_id":"a","found":false},)"
                 R"({"_index":"other","_id":"a","found":false}]})"}});
  run.plan.selection.indices = {"i"};
  ASSERT_TRUE(run.Send());
  ASSERT_TRUE(run.Send(true));
  EXPECT_EQ(run.planned.omitted[static_cast<size_t>(plan::Omission::kNotSelected)], 1U);
  EXPECT_EQ(run.progress.counts.earlier,
            run.planned.omitted[static_cast<size_t>(plan::Omission::kNone)]);
}

TEST(Engine, TheDigestIsThatOfTheOrderAndNotOfTheRun) {
  std::vector<Recorded> log;
  for (int i = 0; i < 100; ++i) {
    log.push_back(Updated(std::to_string(i % 7), i, i + 5, i));
  }
  FakeSearch first;
  FakeSearch second;
  SmallRun fast(first.url(), log);
  SmallRun narrow(second.url(), log);
  narrow.options.concurrency = 1;
  ASSERT_TRUE(fast.Send());
  ASSERT_TRUE(narrow.Send());
  EXPECT_EQ(fast.digest, narrow.digest);
}

TEST(Engine, NothingIsSentBeforeItIsDue) {
  FakeSearch target;
  SmallRun run(target.url(), {Created("a", 0, 1, 0), Created("b", 300, 301, 1)});
  run.options.speed = {.kind = pace::Speed::Kind::kFactor};
  const TimeNs before = WallClockNow();
  ASSERT_TRUE(run.Send());
  const std::vector<store::StoredExchange> results = run.Results();
  ASSERT_EQ(results.size(), 2U);
  EXPECT_GE(results[1].row.began_at - before, 300 * kNsPerMs);
}

TEST(Engine, ATargetThatCannotBeReachedAtAllEndsTheRunWithItsName) {
  const send::ClosedPort port;
  SmallRun run("http://127.0.0.1:" + std::to_string(port.port()), {Created("a", 0, 1, 0)});
  const Status sent = run.Send();
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().what, HasSubstr("127.0.0.1:" + std::to_string(port.port())));
}

TEST(Engine, ATargetWhoseFirstWordIsNoHttpEndsTheRunAndKillsNothing) {
  const send::ScriptedServer target({send::ScriptedServer::Answering("SSH-2.0-OpenSSH_9\r\n")});
  SmallRun run(target.url(), {Created("a", 0, 1, 0), Created("b", 2, 3, 1)});
  const Status sent = run.Send();
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().what, HasSubstr("SSH-2.0"));
  EXPECT_EQ(run.progress.counts.dead, 0U);
}

TEST(Engine, NothingIsGivenUpBeforeTheTargetHasAnsweredOnce) {
  const send::ScriptedServer target({[](send::Peer& peer) { peer.ReadRequest(); }});
  SmallRun run(target.url(), {Created("a", 0, 1, 0), Created("b", 2, 3, 1)});
  run.options.retry = {.tries = 2, .first_pause_ms = 1};
  const Status sent = run.Send();
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().what, HasSubstr("answered nothing"));
  EXPECT_EQ(run.progress.counts.dead, 0U);
  EXPECT_FALSE(run.Memory()->InDoubt().value().empty());
}

TEST(Engine, AStoppedRunGoesOnWhereItEnded) {
  std::mutex mutex;
  std::condition_variable reached;
  size_t writes = 0;
  FakeSearch target([&](const std::string& request) -> std::optional<std::string> {
    const std::lock_guard lock(mutex);
    writes += IsWrite(request) ? 1 : 0;
    reached.notify_all();
    return std::nullopt;
  });
  std::vector<Recorded> log;
  for (int i = 0; i < 2'000; ++i) {
    log.push_back(Created(std::to_string(i), i, i + 1, i));
  }
  SmallRun run(target.url(), log);
  run.options.concurrency = 4;
  ASSERT_TRUE(run.Send(false, [&](Engine& engine) {
    std::unique_lock lock(mutex);
    reached.wait(lock, [&] { return writes >= 20; });
    engine.Stop();
  }));
  EXPECT_LT(target.AskedFor("PUT"), 2'000U);
  ASSERT_TRUE(run.Send(true));
  EXPECT_EQ(target.AskedFor("PUT"), 2'000U);
  EXPECT_EQ(target.VersionOf("1999"), 1);
}

TEST(Engine, WhatTheSourceDidNotCarryOutIsNotSent) {
  FakeSearch target;
  SmallRun run(target.url(), {{"PUT", "/i/_doc/a", "{}", 0, 1, 503, "{}"}, Created("b", 2, 3, 0)});
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(target.AskedFor("/a"), 0U);
  EXPECT_EQ(run.planned.omitted[static_cast<size_t>(plan::Omission::kNotCarriedOut)], 1U);
}

TEST(Engine, AMutationOfUnknownFateStopsTheRunUnlessItIsDecided) {
  FakeSearch target;
  SmallRun run(target.url(), {{"PUT", "/i/_doc/a", "{}", 0}});
  run.plan.phantoms = plan::Phantoms::kStop;
  const Status sent = run.Send();
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().remedy, HasSubstr("reconcile"));
  EXPECT_THAT(target.asked(), IsEmpty());
}

}  // namespace
}  // namespace trafrec::replay
