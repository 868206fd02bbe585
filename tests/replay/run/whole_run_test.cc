// The accounts of a run over all its lives: what was selected was sent, left out, or is dead.

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "tests/replay/run/fake_search.h"
#include "tests/replay/run/run_fixture.h"

namespace trafrec::replay {
namespace {

/// Creates, of which the source did not carry out every fifth, and as many gets.
std::vector<Recorded> Log(int count) {
  std::vector<Recorded> log;
  for (int i = 0; i < count; ++i) {
    const std::string id = "d" + std::to_string(i);
    log.push_back(Created(id, 4 * i, 4 * i + 1, i));
    if (i % 5 == 0) {
      log.back().status = 503;
      log.back().answer = "{}";
    }
    log.push_back({.method = "GET",
                   .target = "/i/_doc/" + id,
                   .began_ms = 4 * i + 2,
                   .answered_ms = 4 * i + 3,
                   .status = 200,
                   .answer = "{}"});
  }
  return log;
}

/// By the ledger, and the account of what was planned.
void ExpectWhole(const SmallRun& run, uint64_t selected, uint64_t dropped) {
  ASSERT_TRUE(run.whole.has_value());
  EXPECT_EQ(run.whole->selected, selected);
  EXPECT_EQ(run.whole->dropped, dropped);
  const auto memory = run.Memory();
  const ledger::StateCounts states = memory->CountStates().value();
  const auto reads = static_cast<uint64_t>(memory->Counters().value()[RunCounts::kReads]);
  EXPECT_EQ(reads + states.answered + states.dead + states.blocked, selected - dropped);
}

TEST(WholeRun, OfOneLifeIsWhatThePlanHas) {
  FakeSearch target;
  SmallRun run(target.url(), Log(50));
  ASSERT_TRUE(run.Send());
  ExpectWhole(run, 100, 10);
}

TEST(WholeRun, OfManyLivesCountsEachOperationOnce) {
  // Each life is stopped when the target has seen some more; at last none is.
  std::atomic<int> seen = 0;
  std::atomic<Engine*> running = nullptr;
  FakeSearch target([&](const std::string&) -> std::optional<std::string> {
    if (++seen % 17 == 0) {
      if (Engine* const engine = running.exchange(nullptr); engine != nullptr) {
        engine->Stop();
      }
    }
    return std::nullopt;
  });
  SmallRun run(target.url(), Log(50));
  run.options.concurrency = 3;
  bool stopped = true;
  for (int life = 0; life < 40 && stopped; ++life) {
    ASSERT_TRUE(run.Send(life > 0, [&](Engine& engine) { running = &engine; }));
    running = nullptr;
    stopped = run.progress.held > 0 || !run.progress.over;
  }
  ExpectWhole(run, 100, 10);
}

TEST(WholeRun, ThatIsOverSaysTheSameWhenItIsResumed) {
  FakeSearch target;
  SmallRun run(target.url(), Log(10));
  ASSERT_TRUE(run.Send());
  ASSERT_TRUE(run.Send(true));
  ExpectWhole(run, 20, 2);
}

}  // namespace
}  // namespace trafrec::replay
