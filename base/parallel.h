#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace trafrec {

/// As many threads as there are cores.
inline unsigned CoreCount() { return std::max(1U, std::thread::hardware_concurrency()); }

/// Calls `work(i)` once for each i below `count`, on up to `threads` threads of which the caller's
/// is one, and returns when all are done. `work` is called from several threads at a time and must
/// not throw.
template <typename Work>
void ParallelFor(size_t count, unsigned threads, const Work& work) {
  std::atomic<size_t> next = 0;
  const auto take = [&] {
    for (size_t i = next++; i < count; i = next++) {
      work(i);
    }
  };
  std::vector<std::jthread> helpers;
  for (size_t i = 1; i < std::min<size_t>(count, threads); ++i) {
    helpers.emplace_back(take);
  }
  take();
}

}  // namespace trafrec
