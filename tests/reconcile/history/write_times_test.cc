#include "reconcile/history/write_times.h"

#include <gtest/gtest.h>

namespace trafrec::reconcile {
namespace {

constexpr TimeNs kSecond = 1'000 * kNsPerMs;

TEST(WriteTimes, OfAllWritesOneTookLongest) {
  WriteTimes times;
  times.Note(10 * kSecond, 7);
  times.Note(500 * kSecond, 9);
  EXPECT_EQ(times.longest_ns(), 9);
}

TEST(WriteTimes, AWriteSaysHowLongOthersTookThatCameWithinASecond) {
  WriteTimes times;
  times.Note(10 * kSecond, 7);
  times.Note(10 * kSecond + 5, 3);
  times.Note(20 * kSecond, 1);
  EXPECT_EQ(times.LongestAround(9 * kSecond), 7);
  EXPECT_EQ(times.LongestAround(11 * kSecond), 7);
  EXPECT_EQ(times.LongestAround(12 * kSecond), 0);
  EXPECT_EQ(times.LongestAround(21 * kSecond), 1);
}

}  // namespace
}  // namespace trafrec::reconcile
