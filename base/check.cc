#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace trafrec {

void CheckFailed(const char* expression, const char* file, int line) {
  std::fprintf(stderr,
               "trafrec: internal error: %s does not hold (%s:%d); please report this as a bug\n",
               expression, file, line);
  std::abort();
}

}  // namespace trafrec
