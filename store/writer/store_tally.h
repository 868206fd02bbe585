#pragma once

#include <atomic>
#include <cstdint>

#include "base/counters.h"
#include "store/format/frame.h"

namespace trafrec::store {

/// What was put into the log's writing end, and what became of it. Any thread may add and read.
class StoreTally {
 public:
  enum class Fate : uint8_t { kStored = 0, kShedByLoad = 1, kShedByDisk = 2 };

  void AddPut(const FrameContent& content) { Add(put_, content); }
  void AddFate(Fate fate, const FrameContent& content) {
    Add(fates_[static_cast<size_t>(fate)], content);
  }
  uint64_t stored_messages() const { return fates_[0].messages.load(std::memory_order_relaxed); }
  uint64_t stored_raw_bytes() const { return fates_[0].raw_bytes.load(std::memory_order_relaxed); }

  /// store.messages = stored + shed by reason + still queued; likewise exchanges and bytes.
  Counters ToCounters() const;

 private:
  struct Sum {
    std::atomic<uint64_t> messages{0};
    std::atomic<uint64_t> exchanges{0};
    std::atomic<uint64_t> raw_bytes{0};
  };

  static void Add(Sum& sum, const FrameContent& content) {
    sum.messages.fetch_add(content.messages, std::memory_order_relaxed);
    sum.exchanges.fetch_add(content.exchanges, std::memory_order_relaxed);
    sum.raw_bytes.fetch_add(content.raw_bytes, std::memory_order_relaxed);
  }

  Sum put_;
  Sum fates_[3];
};

}  // namespace trafrec::store
