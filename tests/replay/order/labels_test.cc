// Edges that whoever adds operations knows of.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/order/scheduler.h"
#include "tests/replay/order/operations.h"

namespace trafrec::order {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

SourceOperation Labelled(uint64_t label, const std::string& id, TimeNs began, TimeNs answered) {
  SourceOperation operation = Did(Doc(id), began, answered);
  operation.labels = {label};
  return operation;
}

SourceOperation After(uint64_t label, SourceOperation operation) {
  operation.after = {label};
  return operation;
}

SourceOperation Before(uint64_t label, SourceOperation operation) {
  operation.before = {label};
  return operation;
}

void EndAll(Scheduler& scheduler, const std::vector<uint64_t>& numbers) {
  for (const uint64_t number : numbers) {
    scheduler.End(number);
  }
}

TEST(Labels, WhoeverIsSaidToComeAfterWaitsThoughTheTwoOverlap) {
  Scheduler scheduler({});
  scheduler.Add(Labelled(1, "a", 10, 50));
  scheduler.Add(After(1, Did(Doc("b"), 20, 60)));
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
  scheduler.End(0);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(1));
}

TEST(Labels, WhoeverIsSaidToComeBeforeGoesFirstThoughItBeganLater) {
  Scheduler scheduler({});
  scheduler.Add(Labelled(1, "a", 10, 50));
  scheduler.Add(Before(1, Did(Doc("b"), 20, 60)));
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(1));
  scheduler.End(1);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
}

TEST(Labels, WhatBearsOneIsHeldBackUntilAllAreKnownThatBeganBeforeItsAnswer) {
  Scheduler scheduler({});
  scheduler.Add(Labelled(1, "a", 10, 50));
  EXPECT_THAT(TakeAll(scheduler), IsEmpty());
  scheduler.Advance(51);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
}

TEST(Labels, OfThoseThatBearOneWhoeverComesAfterWaitsForTheFirst) {
  Scheduler scheduler({});
  scheduler.Add(Labelled(1, "a", 10, 50));
  scheduler.Add(Labelled(1, "b", 10, 50));
  scheduler.Add(After(1, Did(Doc("c"), 20, 60)));
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0, 1));
  scheduler.End(0);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(2));
}

TEST(Labels, AllThatBearOneWaitForWhatComesBeforeThem) {
  Scheduler scheduler({});
  scheduler.Add(Labelled(1, "a", 10, 50));
  scheduler.Add(Labelled(1, "b", 10, 50));
  scheduler.Add(Before(1, Did(Doc("c"), 20, 60)));
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(2));
  scheduler.End(2);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0, 1));
}

TEST(Labels, WhatWasAnsweredBeforeDoesNotWaitForWhatComesBeforeIt) {
  Scheduler scheduler({});
  scheduler.Add(Labelled(1, "a", 10, 15));
  scheduler.Add(Before(1, Did(Doc("c"), 20, 60)));
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0, 1));
  EXPECT_EQ(scheduler.unordered(), 0U);
}

TEST(Labels, WhoeverIsBeforeTheFirstByItsNumberWaitsForTheNextThatBearsTheLabel) {
  Scheduler scheduler({});
  SourceOperation first = Wrote("a", 10, 50, 2);
  first.labels = {1};
  scheduler.Add(first);
  scheduler.Add(Labelled(1, "b", 10, 50));
  scheduler.Add(After(1, Wrote("a", 20, 60, 1)));
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(1));
  scheduler.End(1);
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(2));
}

TEST(Labels, TheNumbersOfADocumentOutrankAnAfter) {
  Scheduler scheduler({});
  SourceOperation second = Wrote("a", 10, 50, 2);
  second.labels = {1};
  scheduler.Add(second);
  scheduler.Add(After(1, Wrote("a", 20, 60, 1)));
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(1));
  EndAll(scheduler, {1});
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
  EXPECT_EQ(scheduler.unordered(), 0U);
}

TEST(Labels, TheNumbersOfADocumentOutrankABefore) {
  Scheduler scheduler({});
  SourceOperation first = Wrote("a", 10, 50, 1);
  first.labels = {1};
  scheduler.Add(first);
  scheduler.Add(Before(1, Wrote("a", 20, 60, 2)));
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
  EndAll(scheduler, {0});
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(1));
  EXPECT_EQ(scheduler.unordered(), 0U);
}

TEST(Labels, ABeforeThatOnlyOthersBetweenContradictIsLeftOut) {
  Scheduler scheduler({});
  SourceOperation first = Wrote("a", 10, 90, 1);
  first.labels = {1};
  scheduler.Add(first);
  scheduler.Add(Wrote("a", 20, 30, 2));
  SourceOperation last = Wrote("b", 40, 95, 3);
  last.keys.push_back(Doc("a", false));
  scheduler.Add(Before(1, last));
  scheduler.Close();
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(0));
  EndAll(scheduler, {0});
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(1));
  EXPECT_EQ(scheduler.unordered(), 0U);
}

TEST(Labels, WhatLiesBehindTheWindowIsNotWaitedFor) {
  Scheduler scheduler({.window = 2});
  scheduler.Add(Labelled(1, "a", 10, 11));
  scheduler.Advance(12);
  EndAll(scheduler, TakeAll(scheduler));
  for (TimeNs at = 20; at < 24; ++at) {
    scheduler.Add(Did(Doc(std::to_string(at)), at, at));
    EndAll(scheduler, TakeAll(scheduler));
  }
  scheduler.Add(After(1, Did(Doc("b"), 30, 31)));
  EXPECT_THAT(TakeAll(scheduler), ElementsAre(5));
}

TEST(Labels, EachEdgeHasAPartInTheDigest) {
  const auto digest_of = [](const SourceOperation& last) {
    Scheduler scheduler({});
    scheduler.Add(Labelled(1, "a", 10, 50));
    scheduler.Add(last);
    return scheduler.digest();
  };
  const SourceOperation free = Did(Doc("b"), 20, 60);
  EXPECT_NE(digest_of(free), digest_of(After(1, free)));
  EXPECT_NE(digest_of(free), digest_of(Before(1, free)));
  EXPECT_NE(digest_of(After(1, free)), digest_of(Before(1, free)));
}

}  // namespace
}  // namespace trafrec::order
