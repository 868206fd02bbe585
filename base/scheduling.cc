#include "base/scheduling.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

namespace trafrec {

void StepBack() {
  constexpr int kStep = 5;
  constexpr int kLast = 19;
  errno = 0;
  const int now = getpriority(PRIO_PROCESS, 0);
  if (errno == 0) {
    // A sandbox may forbid it: then it only has to share.
    static_cast<void>(setpriority(PRIO_PROCESS, 0, std::min(now + kStep, kLast)));
  }
}

}  // namespace trafrec
