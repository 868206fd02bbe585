#include "base/bounded_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

namespace trafrec {
namespace {

bool TryPushInt(BoundedQueue<int>& queue, int value, size_t bytes) {
  return queue.TryPush(value, bytes);
}

TEST(BoundedQueue, ItemsComeOutInOrder) {
  BoundedQueue<int> queue(10, 1'000);
  for (int i = 0; i < 3; ++i) {
    queue.Push(i, 1);
  }
  EXPECT_EQ(queue.Pop(), 0);
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.Pop(), 2);
}

TEST(BoundedQueue, CountIsBounded) {
  BoundedQueue<int> queue(2, 1'000);
  EXPECT_TRUE(TryPushInt(queue, 1, 1));
  EXPECT_TRUE(TryPushInt(queue, 2, 1));
  EXPECT_FALSE(TryPushInt(queue, 3, 1));
}

TEST(BoundedQueue, BytesAreBounded) {
  BoundedQueue<int> queue(10, 100);
  EXPECT_TRUE(TryPushInt(queue, 1, 60));
  EXPECT_FALSE(TryPushInt(queue, 2, 60));
  EXPECT_TRUE(TryPushInt(queue, 3, 40));
  EXPECT_EQ(queue.bytes(), 100u);
}

TEST(BoundedQueue, OversizedItemIsLetInWhenItIsAlone) {
  BoundedQueue<int> queue(10, 100);
  EXPECT_TRUE(TryPushInt(queue, 1, 5'000));
  EXPECT_FALSE(TryPushInt(queue, 2, 1));
  queue.Pop();
  EXPECT_TRUE(TryPushInt(queue, 3, 1));
}

TEST(BoundedQueue, RefusedItemIsLeftToItsOwner) {
  BoundedQueue<std::unique_ptr<int>> queue(1, 100);
  queue.Push(std::make_unique<int>(1), 1);
  auto item = std::make_unique<int>(2);
  EXPECT_FALSE(queue.TryPush(item, 1));
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(*item, 2);
}

TEST(BoundedQueue, ClosedQueueIsDrainedFirst) {
  BoundedQueue<int> queue(10, 100);
  queue.Push(1, 1);
  queue.Close();
  EXPECT_FALSE(queue.closed_and_drained());
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.Pop(), std::nullopt);
  EXPECT_TRUE(queue.closed_and_drained());
}

TEST(BoundedQueue, ClosedQueueTakesNothing) {
  BoundedQueue<int> queue(10, 100);
  queue.Close();
  EXPECT_FALSE(queue.Push(1, 1));
  EXPECT_FALSE(TryPushInt(queue, 1, 1));
}

TEST(BoundedQueue, AllComeOutInOrder) {
  BoundedQueue<int> queue(10, 100);
  for (int i = 0; i < 3; ++i) {
    queue.Push(i, 1);
  }
  EXPECT_EQ(queue.TakeAll(), (std::deque<int>{0, 1, 2}));
  EXPECT_EQ(queue.bytes(), 0u);
}

TEST(BoundedQueue, TakingAllOfNothingDoesNotWait) {
  BoundedQueue<int> queue(10, 100);
  EXPECT_TRUE(queue.TakeAll().empty());
  EXPECT_FALSE(queue.closed_and_drained());
}

TEST(BoundedQueue, TakingAllLetsEveryProducerGoOn) {
  BoundedQueue<int> queue(2, 100);
  queue.Push(1, 1);
  queue.Push(2, 1);
  std::thread first([&] { EXPECT_TRUE(queue.Push(3, 1)); });
  std::thread second([&] { EXPECT_TRUE(queue.Push(4, 1)); });
  EXPECT_GE(queue.TakeAll().size(), 2u);
  first.join();
  second.join();
}

TEST(BoundedQueue, CloseWakesAProducerThatWaits) {
  BoundedQueue<int> queue(1, 100);
  queue.Push(1, 1);
  std::thread producer([&] { EXPECT_FALSE(queue.Push(2, 1)); });
  queue.Close();
  producer.join();
}

TEST(BoundedQueue, CloseWakesAConsumerThatWaits) {
  BoundedQueue<int> queue(1, 100);
  std::thread consumer([&] { EXPECT_EQ(queue.Pop(), std::nullopt); });
  queue.Close();
  consumer.join();
}

TEST(BoundedQueue, NothingIsLostOrDoubledBetweenThreads) {
  constexpr int kItems = 20'000, kThreads = 3;
  BoundedQueue<int> queue(8, 64);
  std::vector<std::atomic<int>> seen(kItems * kThreads);
  std::vector<std::thread> consumers;
  for (int t = 0; t < kThreads; ++t) {
    consumers.emplace_back([&] {
      while (const std::optional<int> item = queue.Pop()) {
        ++seen[static_cast<size_t>(*item)];
      }
    });
  }
  std::vector<std::thread> producers;
  for (int t = 0; t < kThreads; ++t) {
    producers.emplace_back([&queue, t] {
      for (int i = 0; i < kItems; ++i) {
        queue.Push(t * kItems + i, static_cast<size_t>(i % 32));
      }
    });
  }
  for (std::thread& producer : producers) {
    producer.join();
  }
  queue.Close();
  for (std::thread& consumer : consumers) {
    consumer.join();
  }
  for (size_t i = 0; i < seen.size(); ++i) {
    ASSERT_EQ(seen[i].load(), 1) << i;
  }
  EXPECT_EQ(queue.bytes(), 0u);
}

}  // namespace
}  // namespace trafrec
