#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <thread>

namespace trafrec::test_support {

/// Waits for what another process does. The condition alone ends the wait; the pause between two
/// looks only leaves the processor to that process. Fails the test, with `what`, after a minute.
inline void WaitUntil(const char* what, const std::function<bool()>& condition) {
  const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up_at) << "waited in vain: " << what;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace trafrec::test_support
