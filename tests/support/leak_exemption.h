#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#define TRAFREC_HAS_LEAK_CHECK 1
#endif
#endif

namespace trafrec::test_support {

/// What this thread allocates while it lives may stay: for calls that a library does not come back
/// from. Does something in builds with AddressSanitizer only.
class LeakExemption {
 public:
  LeakExemption() {}
  LeakExemption(const LeakExemption&) = delete;
  LeakExemption& operator=(const LeakExemption&) = delete;

#ifdef TRAFREC_HAS_LEAK_CHECK
 private:
  const __lsan::ScopedDisabler disabler_;
#endif
};

}  // namespace trafrec::test_support
