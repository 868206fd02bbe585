#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>

#include "store/files/files.h"
#include "store/limits.h"

namespace trafrec::store {

/// Looks now and then how much room the disk has, and says how hard recording must save: 0 while
/// there is more than the mark; below it from kSpacePressureMin to 1, so that what is shed first
/// is shed at the mark, and mutations when next to nothing is left. One thread, but for last().
class SpaceWatch {
 public:
  /// `mark_bytes` 0: never saves. Small disks take only a share of it. Not `looks`: never looks.
  SpaceWatch(std::filesystem::path directory, bool looks, uint64_t mark_bytes)
      : directory_(std::move(directory)), looks_(looks), mark_bytes_(mark_bytes) {}

  /// Another mark, from now on.
  void SetMark(uint64_t mark_bytes) {
    mark_bytes_ = mark_bytes;
    next_look_ = {};
  }

  double Pressure() {
    const auto now = std::chrono::steady_clock::now();
    if (looks_ && now >= next_look_) {
      next_look_ = now + std::chrono::milliseconds(limits::kSpaceLookMs);
      Look();
    }
    return pressure_;
  }

  /// What the last look saw, so that nobody else has to ask a disk that may not answer. Any thread.
  std::optional<DiskSpace> last() const {
    const DiskSpace seen{free_bytes_.load(std::memory_order_relaxed),
                         all_bytes_.load(std::memory_order_relaxed)};
    return seen.all_bytes == 0 ? std::nullopt : std::optional(seen);
  }

 private:
  void Look() {
    const auto space = SpaceOn(directory_);
    free_bytes_.store(space ? space->free_bytes : 0, std::memory_order_relaxed);
    all_bytes_.store(space ? space->all_bytes : 0, std::memory_order_relaxed);
    const uint64_t mark =
        space ? std::min(mark_bytes_, space->all_bytes / limits::kSpaceMarkShare) : 0;
    if (mark == 0 || space->free_bytes >= mark) {
      pressure_ = 0;
      return;
    }
    const double used = 1 - static_cast<double>(space->free_bytes) / static_cast<double>(mark);
    pressure_ = limits::kSpacePressureMin + (1 - limits::kSpacePressureMin) * used;
  }

  const std::filesystem::path directory_;
  const bool looks_;
  uint64_t mark_bytes_;
  std::atomic<uint64_t> free_bytes_ = 0;
  std::atomic<uint64_t> all_bytes_ = 0;
  std::chrono::steady_clock::time_point next_look_{};
  double pressure_ = 0;
};

}  // namespace trafrec::store
