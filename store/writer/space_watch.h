#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "store/files/files.h"
#include "store/limits.h"

namespace trafrec::store {

/// Looks now and then how much room the disk has, and says how hard recording must save: 0 while
/// there is more than the mark; below it from kSpacePressureMin to 1, so that what is shed first
/// is shed at the mark, and mutations when next to nothing is left. One thread.
class SpaceWatch {
 public:
  /// `mark_bytes` 0: never saves. Small disks take only a share of it.
  SpaceWatch(std::filesystem::path directory, uint64_t mark_bytes)
      : directory_(std::move(directory)), mark_bytes_(mark_bytes) {}

  /// Another mark, from now on.
  void SetMark(uint64_t mark_bytes) {
    mark_bytes_ = mark_bytes;
    next_look_ = {};
  }

  double Pressure() {
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_look_) {
      next_look_ = now + std::chrono::milliseconds(limits::kSpaceLookMs);
      Look();
    }
    return pressure_;
  }

 private:
  void Look() {
    const auto space = mark_bytes_ > 0 ? SpaceOn(directory_) : std::nullopt;
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
  uint64_t mark_bytes_;
  std::chrono::steady_clock::time_point next_look_{};
  double pressure_ = 0;
};

}  // namespace trafrec::store
