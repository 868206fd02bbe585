#include <gtest/gtest.h>

#include "reconcile/history/facts.h"

namespace trafrec::reconcile {
namespace {

TEST(LostTraffic, ALittleThatAFlowLostIsPresumedToBeApart) {
  const LostTraffic lost{.bytes = 300, .in_flow = true};
  EXPECT_FALSE(lost.Touches(true));
  EXPECT_TRUE(lost.Touches(false));
}

TEST(LostTraffic, WhatMayHaveBeenABulkIsNot) {
  EXPECT_TRUE((LostTraffic{.bytes = 100'000, .in_flow = true}).Touches(true));
}

TEST(LostTraffic, ATimeInWhichNothingWasSeenIsNot) {
  EXPECT_TRUE((LostTraffic{.bytes = 300, .in_flow = false}).Touches(true));
}

}  // namespace
}  // namespace trafrec::reconcile
