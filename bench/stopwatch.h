#pragma once

#include <ctime>

namespace trafrec::bench {

inline double Now(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Adds up what passes between Start and Stop. CPU is that of the whole process, so that it means
/// something on a machine that others use too.
struct Stopwatch {
  double wall_s = 0;
  double cpu_s = 0;

  void Start() {
    wall_s -= Now(CLOCK_MONOTONIC);
    cpu_s -= Now(CLOCK_PROCESS_CPUTIME_ID);
  }
  void Stop() {
    wall_s += Now(CLOCK_MONOTONIC);
    cpu_s += Now(CLOCK_PROCESS_CPUTIME_ID);
  }
};

}  // namespace trafrec::bench
