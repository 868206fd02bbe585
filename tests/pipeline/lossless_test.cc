#include <gtest/gtest.h>

#include "tests/pipeline/trial.h"

namespace trafrec::pipeline {
namespace {

TEST(Lossless, WhatTcpSurvivesChangesNoExchange) {
  uint64_t exchanges = 0;
  for (uint64_t seed = 0; exchanges < 5'000; ++seed) {
    if (IsLossless(seed)) {
      const Verdict verdict = RunTrial(MakeTrial(seed));
      ASSERT_EQ(verdict.Text(), "") << "try: tools/dev soak 1 " << seed;
      exchanges += verdict.total().exchanges;
    }
  }
}

TEST(Lossless, HeadersOfALoadBalancerChangeNoExchange) {
  uint64_t exchanges = 0;
  for (uint64_t seed = 0; exchanges < 5'000; ++seed) {
    if (IsLossless(seed)) {
      const Verdict verdict = RunTrial(MakeTrial(seed, TrialKind::kProxied));
      ASSERT_EQ(verdict.Text(), "") << "try: tools/dev soak 1 " << seed << " proxied";
      exchanges += verdict.total().exchanges;
    }
  }
}

TEST(Lossless, TheSameSeedMakesTheSamePackets) {
  const Trial once = MakeTrial(7);
  const Trial again = MakeTrial(7);
  ASSERT_EQ(once.packets.size(), again.packets.size());
  for (size_t i = 0; i < once.packets.size(); ++i) {
    ASSERT_EQ(once.packets[i].at, again.packets[i].at);
    ASSERT_EQ(once.packets[i].bytes, again.packets[i].bytes);
  }
}

}  // namespace
}  // namespace trafrec::pipeline
