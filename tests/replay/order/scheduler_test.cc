#include "replay/order/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/replay/order/histories.h"
#include "tests/replay/order/operations.h"

namespace trafrec::order {
namespace {

using dialect::Key;
using dialect::Scope;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

Key Index(bool write = false) { return {.scope = Scope::kIndex, .write = write, .name = "i"}; }

TEST(Scheduler, WriteWaitsForAnEarlierAnsweredWriteOfItsDocument) {
  Scheduler scheduler({});
  scheduler.Add(Did(Doc("1"), 10, 20));
  scheduler.Add(Did(Doc("1"), 20, 30));
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
  EXPECT_THAT(scheduler.WaitsFor(1), ElementsAre(0));
  scheduler.End(0);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(1));
}

TEST(Scheduler, OperationsThatOverlapInTimeAreFree) {
  Scheduler scheduler({});
  scheduler.Add(Did(Doc("1"), 10, 20));
  scheduler.Add(Did(Doc("1"), 19, 30));
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0, 1));
}

TEST(Scheduler, NobodyWaitsForWhatWasNeverAnswered) {
  Scheduler scheduler({});
  scheduler.Add(Did(Doc("1"), 10, std::nullopt));
  scheduler.Add(Did(Doc("1"), 100, 110));
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0, 1));
}

/// A write of document 1 that nobody answered, in a bulk of that number.
SourceOperation Unanswered(uint64_t request) {
  SourceOperation write = Did(Doc("1"), 10, std::nullopt);
  write.request = request;
  return write;
}

TEST(Scheduler, WritesOfADocumentInOneRequestGoInItsOrderThoughNothingWasAnswered) {
  Scheduler scheduler({});
  scheduler.Add(Unanswered(1));
  scheduler.Add(Unanswered(1));
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
  EXPECT_THAT(scheduler.WaitsFor(1), ElementsAre(0));
}

TEST(Scheduler, ARequestsWritesWithTheSameIdWaitWhateverTheirRoutingSinceItMayBeOneShard) {
  Scheduler scheduler({});
  scheduler.Add(Unanswered(1));
  SourceOperation elsewhere = Unanswered(1);
  elsewhere.keys.front().routing = "r";
  scheduler.Add(elsewhere);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
}

TEST(Scheduler, OfARequestThatAnEditPutsIntoOneIndexTheWritesOfADocumentWait) {
  Scheduler scheduler({});
  for (const char* recorded : {"a", "b"}) {
    SourceOperation write = Unanswered(1);
    write.keys.front().name = "merged";
    write.keys.insert(write.keys.begin(), write.keys.front());
    write.keys.front().name = recorded;
    scheduler.Add(write);
  }
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
}

TEST(Scheduler, WritesOfADocumentInTwoRequestsThatNobodyAnsweredAreFree) {
  Scheduler scheduler({});
  scheduler.Add(Unanswered(1));
  scheduler.Add(Unanswered(2));
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0, 1));
}

TEST(Scheduler, ReadsDoNotWaitForReads) {
  Scheduler scheduler({});
  scheduler.Add(Did(Doc("1", false), 10, 20));
  scheduler.Add(Did(Index(), 30, 40));
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0, 1));
}

TEST(Scheduler, SearchWaitsForTheWritesOfItsIndexAndTheNextWriteForTheSearch) {
  Scheduler scheduler({});
  scheduler.Add(Did(Doc("1"), 10, 20));
  scheduler.Add(Did(Doc("2"), 11, 21));
  scheduler.Add(Did(Index(), 30, 40));
  scheduler.Add(Did(Doc("3"), 50, 60));
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0, 1));
  EXPECT_THAT(scheduler.WaitsFor(2), ElementsAre(0, 1));
  scheduler.End(1);
  EXPECT_THAT(TakeAll(scheduler), IsEmpty());
  scheduler.End(0);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(2));
  EXPECT_THAT(scheduler.WaitsFor(3), ElementsAre(2));
}

TEST(Scheduler, SequenceNumbersOutrankTheTimesOfRequests) {
  Scheduler scheduler({});
  scheduler.Add(Wrote("1", 10, 30, 7));
  scheduler.Add(Wrote("1", 20, 40, 6));
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(1));
  scheduler.End(1);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
}

TEST(Scheduler, ANoopComesBetweenTheWriteThatItFoundAndTheNext) {
  Scheduler scheduler({});
  SourceOperation noop = Wrote("1", 10, 40, 6);
  noop.commit->what = Commit::What::kNoop;
  scheduler.Add(noop);
  scheduler.Add(Wrote("1", 20, 40, 7));
  scheduler.Add(Wrote("1", 30, 40, 6));
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(2));
  scheduler.End(2);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
  scheduler.End(0);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(1));
}

TEST(Scheduler, SeveralNoopsKeepTheirPlace) {
  Scheduler scheduler({});
  SourceOperation noop = Wrote("1", 10, 40, 6);
  noop.commit->what = Commit::What::kNoop;
  scheduler.Add(noop);
  scheduler.Add(noop);
  scheduler.Add(Wrote("1", 20, 40, 7));
  scheduler.Close();
  for (const uint64_t number : {0, 1, 2}) {
    EXPECT_THAT(TakeAll(scheduler), ElementsAre(number));
    scheduler.End(number);
  }
}

TEST(Scheduler, WriteIsHeldWhileOneThatCommittedBeforeItMayStillCome) {
  Scheduler scheduler({});
  scheduler.Add(Wrote("1", 10, 30, 7));
  scheduler.Add(Did(Doc("2"), 30, 31));
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(1));
  scheduler.Add(Did(Doc("3"), 31, 32));
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0, 2));
}

TEST(Scheduler, BetweenRecordersTimesCountOnlyBeyondTheErrorOfTheirClocks) {
  Scheduler scheduler({.clock_error_ns = 5});
  scheduler.Add(Did(Doc("1"), 10, 20));
  SourceOperation within = Did(Doc("1"), 25, 30);
  within.clock = 1;
  scheduler.Add(within);
  SourceOperation beyond = Did(Doc("1"), 26, 30);
  beyond.clock = 1;
  scheduler.Add(beyond);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0, 1));
  EXPECT_THAT(scheduler.WaitsFor(2), ElementsAre(0));
}

TEST(Scheduler, HasNoRoomBeyondItsWindow) {
  Scheduler scheduler({.window = 2});
  scheduler.Add(Did(Doc("1"), 10, 20));
  scheduler.Add(Did(Doc("2"), 11, 20));
  EXPECT_FALSE(scheduler.HasRoom());
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0, 1));
  scheduler.End(1);
  EXPECT_FALSE(scheduler.HasRoom());
  scheduler.End(0);
  EXPECT_TRUE(scheduler.HasRoom());
}

TEST(Scheduler, ContradictionEndsInsteadOfHanging) {
  Scheduler scheduler({});
  scheduler.Add(Wrote("1", 10, 20, 7));
  scheduler.Add(Wrote("1", 20, 40, 6));  // it began when the other one was answered
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
  scheduler.End(0);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(1));
  EXPECT_EQ(scheduler.unordered(), 1U);
}

TEST(Scheduler, ContradictionEndsThoughOthersThatWereTakenAreHeldBack) {
  Scheduler scheduler({});
  scheduler.Add(Did(Doc("2", false), 5, 50));  // of a list that goes as one, with the last below
  scheduler.Add(Wrote("1", 10, 20, 7));
  scheduler.Add(Wrote("1", 20, 40, 6));
  scheduler.Add(Did(Doc("1", false), 45, 50));
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
  EXPECT_THAT(scheduler.TakeOldest(true), Optional(1));
  scheduler.End(1);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(2));
}

TEST(Scheduler, TheOldestIsNotTakenWhileWhatItWaitsForMayStillCome) {
  Scheduler scheduler({});
  scheduler.Add(Wrote("1", 10, 30, 7));
  EXPECT_EQ(scheduler.TakeOldest(true), std::nullopt);
}

TEST(Scheduler, TheOldestIsTakenWhereNothingCanComeInBeforeItEnds) {
  Scheduler scheduler({});
  scheduler.Add(Wrote("1", 10, 30, 7));
  EXPECT_EQ(scheduler.TakeFree(), std::nullopt);
  EXPECT_THAT(scheduler.TakeOldest(false), Optional(0));
}

/// Sends a history to a target that ends operations in any order; where each began and ended.
struct Replayed {
  std::vector<uint64_t> taken_at;
  std::vector<uint64_t> ended_at;
  uint64_t digest = 0;
  uint64_t unordered = 0;
  uint64_t concurrent_most = 0;
};

Replayed Replay(const std::vector<SourceOperation>& history, const SchedulerOptions& options,
                std::mt19937_64& random) {
  Scheduler scheduler(options);
  Replayed replayed;
  replayed.taken_at.resize(history.size());
  replayed.ended_at.resize(history.size());
  std::vector<uint64_t> running;
  size_t added = 0;
  uint64_t now = 0;
  while (added < history.size() || scheduler.held() > 0) {
    if (added < history.size() && scheduler.HasRoom() && random() % 4 != 0) {
      scheduler.Add(history[added]);
      if (++added == history.size()) {
        scheduler.Close();
      }
      continue;
    }
    if (const auto number = scheduler.Take()) {
      replayed.taken_at[*number] = ++now;
      running.push_back(*number);
      replayed.concurrent_most = std::max<uint64_t>(replayed.concurrent_most, running.size());
    } else if (!running.empty()) {
      std::swap(running[random() % running.size()], running.back());
      replayed.ended_at[running.back()] = ++now;
      scheduler.End(running.back());
      running.pop_back();
    }
  }
  replayed.digest = scheduler.digest();
  replayed.unordered = scheduler.unordered();
  return replayed;
}

uint64_t ViolationsOf(const std::vector<SourceOperation>& history, const Replayed& replayed,
                      TimeNs clock_error_ns) {
  uint64_t violations = 0;
  for (size_t later = 0; later < history.size(); ++later) {
    for (size_t earlier = 0; earlier < history.size(); ++earlier) {
      violations += later != earlier && MustWait(history, later, earlier, clock_error_ns) &&
                            replayed.taken_at[later] < replayed.ended_at[earlier]
                        ? 1
                        : 0;
    }
  }
  return violations;
}

/// TRAFREC_HISTORIES=1250 makes a million operations, over both kinds of histories.
int Histories() {
  const char* wanted = std::getenv("TRAFREC_HISTORIES");
  return wanted == nullptr ? 25 : std::atoi(wanted);
}

class RandomHistories : public testing::TestWithParam<uint32_t> {};

TEST_P(RandomHistories, AreReplayedWithoutAViolation) {
  const HistoryOptions made{.recorders = GetParam(), .clock_error_ns = GetParam() > 1 ? 20 : 0};
  for (int seed = 0; seed < Histories(); ++seed) {
    std::mt19937_64 random(static_cast<uint64_t>(seed));
    const auto history = MakeHistory(random, 400, made);
    const SchedulerOptions options{.window = 100, .clock_error_ns = made.clock_error_ns};
    const Replayed replayed = Replay(history, options, random);
    ASSERT_EQ(ViolationsOf(history, replayed, made.clock_error_ns), 0U) << "seed " << seed;
    ASSERT_EQ(replayed.unordered, 0U) << "seed " << seed;
    ASSERT_GT(replayed.concurrent_most, 1U) << "seed " << seed;
  }
}

TEST_P(RandomHistories, HaveTheSameDigestHoweverFastTheTargetIs) {
  const HistoryOptions made{.recorders = GetParam(), .clock_error_ns = GetParam() > 1 ? 20 : 0};
  for (int seed = 0; seed < 10; ++seed) {
    std::mt19937_64 random(static_cast<uint64_t>(seed));
    const auto history = MakeHistory(random, 400, made);
    const SchedulerOptions options{.window = 100, .clock_error_ns = made.clock_error_ns};
    ASSERT_EQ(Replay(history, options, random).digest, Replay(history, options, random).digest);
  }
}

TEST(Scheduler, WhereNoSecondClockIsExpectedTheOrderIsTheSame) {
  for (int seed = 0; seed < 10; ++seed) {
    std::mt19937_64 random(static_cast<uint64_t>(seed));
    const auto history = MakeHistory(random, 400, {});
    const uint64_t digest = Replay(history, {.window = 100}, random).digest;
    ASSERT_EQ(Replay(history, {.window = 100, .one_clock = true}, random).digest, digest);
  }
}

INSTANTIATE_TEST_SUITE_P(Recorders, RandomHistories, testing::Values(1U, 3U));

/// Nothing waits for what the rule does not ask for: what an operation waits for, directly or not,
/// is what the rule says, directly or not.
TEST(Scheduler, AsksForNoMoreThanTheRule) {
  for (int seed = 0; seed < 40; ++seed) {
    std::mt19937_64 random(static_cast<uint64_t>(seed));
    const auto history = MakeHistory(random, 60, {});
    Scheduler scheduler({});
    for (const SourceOperation& operation : history) {
      scheduler.Add(operation);
    }
    scheduler.Close();
    for (size_t number = 0; number < history.size(); ++number) {
      std::vector<bool> reached(history.size());
      std::vector<size_t> left{number};
      while (!left.empty()) {
        const size_t each = left.back();
        left.pop_back();
        for (size_t earlier = 0; earlier < history.size(); ++earlier) {
          if (!reached[earlier] && earlier != each && MustWait(history, each, earlier, 0)) {
            reached[earlier] = true;
            left.push_back(earlier);
          }
        }
      }
      for (const uint64_t earlier : scheduler.WaitsFor(number)) {
        ASSERT_TRUE(reached[earlier]) << "seed " << seed << ": " << number << " for " << earlier;
      }
    }
  }
}

}  // namespace
}  // namespace trafrec::order
