#pragma once

#include <cstdint>

namespace trafrec::test_support {

// Tests that try every one of some hundred steps take ten times as long under a sanitizer. It sees
// as much in every fifth step: neighbours touch the same memory from the same threads. That all of
// them end well is proved by the run without.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
inline constexpr uint64_t kStride = 5;
#else
inline constexpr uint64_t kStride = 1;
#endif
#else
inline constexpr uint64_t kStride = 1;
#endif

}  // namespace trafrec::test_support
