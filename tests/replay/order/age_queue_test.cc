#include "replay/order/age_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace trafrec::order {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What comes up for a look, and whether it is gone then.
std::vector<int> Looked(AgeQueue<int>& queue, uint64_t now, bool gone) {
  std::vector<int> looked;
  queue.Look(now, 10, [&](int thing) {
    looked.push_back(thing);
    return gone;
  });
  return looked;
}

TEST(AgeQueue, OnlyWhatIsOfThatAgeComesUp) {
  AgeQueue<int> queue;
  queue.Add(1, 100);
  queue.Add(2, 200);
  EXPECT_THAT(Looked(queue, 10, true), IsEmpty());
  EXPECT_THAT(Looked(queue, 11, true), ElementsAre(100));
  EXPECT_THAT(Looked(queue, 12, true), ElementsAre(200));
}

TEST(AgeQueue, WhatIsNotGoneComesUpAgainAnAgeLater) {
  AgeQueue<int> queue;
  queue.Add(1, 100);
  EXPECT_THAT(Looked(queue, 11, false), ElementsAre(100));
  EXPECT_THAT(Looked(queue, 20, true), IsEmpty());
  EXPECT_THAT(Looked(queue, 21, true), ElementsAre(100));
}

TEST(AgeQueue, WhatIsGoneComesUpNoMore) {
  AgeQueue<int> queue;
  queue.Add(1, 100);
  EXPECT_THAT(Looked(queue, 11, true), ElementsAre(100));
  EXPECT_THAT(Looked(queue, 1'000, true), IsEmpty());
}

}  // namespace
}  // namespace trafrec::order
