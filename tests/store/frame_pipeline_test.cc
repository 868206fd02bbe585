#include "store/writer/frame_pipeline.h"

#include <gtest/gtest.h>

#include <vector>

#include "store/limits.h"

namespace trafrec::store {
namespace {

constexpr size_t kBurst = 100;

/// As many frames as are asked for at one time; how many of them come with memory.
size_t UsedFrames(FramePipeline& pipeline, size_t asked) {
  std::vector<std::unique_ptr<Frame>> frames;
  size_t used = 0;
  for (size_t i = 0; i < asked; ++i) {
    frames.push_back(pipeline.NewFrame());
    used += frames.back()->bytes.capacity() > 0 ? 1 : 0;
  }
  return used;
}

TEST(FramePipeline, TheMemoryOfABurstIsNotKept) {
  FramePipeline pipeline(Compression::kNone, 0, 1, limits::kFiniteQueueBytes);
  for (size_t i = 0; i < kBurst; ++i) {
    auto frame = std::make_unique<Frame>();
    frame->bytes.Reserve(limits::kFrameFullBytes);
    pipeline.Recycle(std::move(frame));
  }
  EXPECT_EQ(UsedFrames(pipeline, kBurst), limits::kSpareFramesMax);
}

}  // namespace
}  // namespace trafrec::store
