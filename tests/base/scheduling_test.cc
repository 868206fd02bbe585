#include "base/scheduling.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <thread>

namespace trafrec {
namespace {

int Niceness() { return getpriority(PRIO_PROCESS, 0); }

TEST(Scheduling, OneThreadStepsBackAndNoOther) {
  const int before = Niceness();
  int stepped_back = before;
  std::thread([&] {
    StepBack();
    stepped_back = Niceness();
  }).join();
  constexpr int kLast = 19;
  EXPECT_GT(stepped_back, before == kLast ? before - 1 : before);
  EXPECT_EQ(Niceness(), before);
}

}  // namespace
}  // namespace trafrec
