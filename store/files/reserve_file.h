#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>

#include "base/error.h"

namespace trafrec::store {

/// Disk space held beside the open segment, given back when the disk is full, so that the last rows
/// and the seal still find room.
class ReserveFile {
 public:
  explicit ReserveFile(std::filesystem::path path) : path_(std::move(path)) {}
  ~ReserveFile() { Release(); }
  ReserveFile(const ReserveFile&) = delete;
  ReserveFile& operator=(const ReserveFile&) = delete;

  /// Takes the space. If there is not so much it holds nothing.
  Status Hold(int64_t bytes);
  void Release();
  /// Any thread may ask.
  uint64_t held_bytes() const { return held_bytes_.load(std::memory_order_relaxed); }

 private:
  const std::filesystem::path path_;
  std::atomic<uint64_t> held_bytes_ = 0;
};

/// Name of the reserve in an attempt's folder. Readers ignore it.
inline constexpr const char* kReserveName = "reserve";

}  // namespace trafrec::store
