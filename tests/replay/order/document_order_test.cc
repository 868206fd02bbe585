// Reads of a document stand between the write that they show and the next.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/order/scheduler.h"
#include "tests/replay/order/operations.h"

namespace trafrec::order {
namespace {

using testing::ElementsAre;

SourceOperation Read(const std::string& id, TimeNs began, TimeNs answered, int64_t seq_no) {
  SourceOperation operation = Did(Doc(id, false), began, answered);
  operation.commit = Commit{.seq_no = seq_no, .what = Commit::What::kRead};
  return operation;
}

TEST(DocumentOrder, AReadComesBetweenTheWriteThatItShowsAndTheNext) {
  Scheduler scheduler({});
  scheduler.Add(Wrote("1", 10, 40, 7));
  scheduler.Add(Read("1", 20, 40, 6));
  scheduler.Add(Wrote("1", 30, 40, 6));
  scheduler.Close();
  for (const uint64_t number : {2, 1, 0}) {
    EXPECT_THAT(TakeAll(scheduler), ElementsAre(number));
    scheduler.End(number);
  }
}

TEST(DocumentOrder, AWriteWaitsForAReadThatCameFirstAndDidNotShowIt) {
  Scheduler scheduler({});
  scheduler.Add(Read("1", 10, 40, 6));
  scheduler.Add(Wrote("1", 20, 40, 7));
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
  EXPECT_THAT(scheduler.WaitsFor(1), ElementsAre(0));
}

TEST(DocumentOrder, ReadsThatShowTheSameAreFree) {
  Scheduler scheduler({});
  scheduler.Add(Read("1", 10, 20, 6));
  scheduler.Add(Read("1", 10, 20, 6));
  scheduler.Add(Read("1", 30, 40, 6));
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0, 1, 2));
}

TEST(DocumentOrder, AWriteWaitsForEachOfManyReadsOfWhatItReplaces) {
  Scheduler scheduler({});
  constexpr TimeNs kReads = 100;
  for (TimeNs i = 0; i < kReads; ++i) {
    scheduler.Add(Read("1", 10 + 2 * i, 12 + 2 * i, 6));
  }
  scheduler.Add(Wrote("1", 11, 500, 7));
  scheduler.Close();
  EXPECT_EQ(scheduler.WaitsFor(kReads).size(), size_t{kReads});
}

TEST(DocumentOrder, AReadOfWhatWasOverWhenItBeganHasItsPlaceByItsTime) {
  Scheduler scheduler({});
  scheduler.Add(Wrote("1", 10, 20, 7));
  scheduler.Add(Read("1", 30, 40, 6));
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
  scheduler.End(0);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(1));
  EXPECT_EQ(scheduler.unordered(), 0U);
}

}  // namespace
}  // namespace trafrec::order
