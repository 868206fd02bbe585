#include "replay/plan/by_query_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec::plan {
namespace {

TEST(ByQueryWatch, AfterAnAwaitedRefreshOfAllWritesOneIsReproducible) {
  ByQueryWatch watch;
  watch.Write("orders", 10, 20, false);
  watch.Refresh("orders", 30, 40);
  watch.ByQuery("orders", "q", 50, 60);
  EXPECT_EQ(watch.seen(), 1U);
  EXPECT_EQ(watch.doubtful(), 0U);
}

TEST(ByQueryWatch, WithoutARefreshItIsNot) {
  ByQueryWatch watch;
  watch.Write("orders", 10, 20, false);
  watch.ByQuery("orders", "q", 50, 60);
  ASSERT_EQ(watch.doubtful(), 1U);
  EXPECT_THAT(watch.examples().front().why, testing::HasSubstr("orders had not been refreshed"));
}

TEST(ByQueryWatch, ARefreshThatBeganBeforeTheAnswerOfAWriteMayHaveMissedIt) {
  ByQueryWatch watch;
  watch.Write("orders", 10, 35, false);
  watch.Refresh("orders", 30, 40);
  watch.ByQuery("orders", "q", 50, 60);
  EXPECT_EQ(watch.doubtful(), 1U);
}

TEST(ByQueryWatch, ARefreshThatWasNotAwaitedMayComeTooLate) {
  ByQueryWatch watch;
  watch.Write("orders", 10, 20, false);
  watch.Refresh("orders", 30, 55);
  watch.ByQuery("orders", "q", 50, 60);
  EXPECT_EQ(watch.doubtful(), 1U);
}

TEST(ByQueryWatch, AWriteWhileItRunsMakesItDoubtful) {
  ByQueryWatch watch;
  watch.ByQuery("orders", "q", 50, 60);
  watch.Write("orders", 55, 58, false);
  EXPECT_EQ(watch.doubtful(), 1U);
}

TEST(ByQueryWatch, AWriteAfterItsAnswerDoesNot) {
  ByQueryWatch watch;
  watch.ByQuery("orders", "q", 50, 60);
  watch.Write("orders", 61, 62, false);
  EXPECT_EQ(watch.doubtful(), 0U);
}

TEST(ByQueryWatch, WritesOfOtherIndicesDoNotMatter) {
  ByQueryWatch watch;
  watch.Write("users", 10, 20, false);
  watch.ByQuery("orders", "q", 15, 60);
  EXPECT_EQ(watch.doubtful(), 0U);
}

TEST(ByQueryWatch, PatternsMeetTheirIndices) {
  ByQueryWatch watch;
  watch.Write("orders-1", 10, 20, false);
  watch.ByQuery("orders-*", "q", 50, 60);
  EXPECT_EQ(watch.doubtful(), 1U);
}

TEST(ByQueryWatch, AWriteThatRefreshedItselfIsVisible) {
  ByQueryWatch watch;
  watch.Write("orders", 10, 20, true);
  watch.ByQuery("orders", "q", 50, 60);
  EXPECT_EQ(watch.doubtful(), 0U);
}

TEST(ByQueryWatch, AnUnansweredWriteIsNeverKnownToBeVisible) {
  ByQueryWatch watch;
  watch.Write("orders", 10, std::nullopt, false);
  watch.Refresh("orders", 30, 40);
  watch.ByQuery("orders", "q", 50, 60);
  EXPECT_EQ(watch.doubtful(), 1U);
}

}  // namespace
}  // namespace trafrec::plan
