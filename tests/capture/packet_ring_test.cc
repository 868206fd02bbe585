#include "capture/packet_ring.h"

#include <gtest/gtest.h>

namespace trafrec::capture {
namespace {

/// A full one: its memory shows that it was used before.
PacketBatch UsedBatch() {
  PacketBatch batch;
  batch.storage.resize(limits::kBatchBytes);
  return batch;
}

size_t UsedSpares(PacketRing& ring, size_t asked) {
  size_t used = 0;
  for (size_t i = 0; i < asked; ++i) {
    used += ring.TakeSpare().storage.capacity() > 0 ? 1 : 0;
  }
  return used;
}

TEST(PacketRing, ABatchGivenBackIsTakenWithItsMemoryAndEmpty) {
  PacketRing ring(8, limits::kFileRingBytes);
  ring.GiveBack(UsedBatch());
  const PacketBatch batch = ring.TakeSpare();
  EXPECT_TRUE(batch.storage.empty());
  EXPECT_GE(batch.storage.capacity(), limits::kBatchBytes);
}

TEST(PacketRing, TheMemoryOfABurstIsNotKept) {
  constexpr size_t kBurst = 1'000;
  PacketRing ring(kBurst, limits::kFileRingBytes);
  for (size_t i = 0; i < kBurst; ++i) {
    ring.GiveBack(UsedBatch());
  }
  EXPECT_EQ(UsedSpares(ring, kBurst), limits::kSpareBatchesMax);
}

}  // namespace
}  // namespace trafrec::capture
