#include "store/writer/frame_pipeline.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "store/limits.h"

namespace trafrec::store {

FramePipeline::FramePipeline(Compression compression, int level, unsigned threads_max,
                             size_t bytes_max)
    : compression_(compression),
      level_(level),
      threads_max_(threads_max > 0 ? threads_max
                                   : std::max(1U, std::thread::hardware_concurrency())),
      bytes_max_(bytes_max) {}

FramePipeline::~FramePipeline() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    abandoned_ = true;
  }
  to_pack_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

std::unique_ptr<Frame> FramePipeline::NewFrame() {
  {
    const std::lock_guard lock(mutex_);
    if (!spare_.empty()) {
      std::unique_ptr<Frame> frame = std::move(spare_.back());
      spare_.pop_back();
      return frame;
    }
  }
  return std::make_unique<Frame>();
}

void FramePipeline::Recycle(std::unique_ptr<Frame> frame) {
  const std::lock_guard lock(mutex_);
  if (spare_.size() < limits::kSpareFramesMax) {
    spare_.push_back(std::move(frame));
  }
}

bool FramePipeline::HasRoom(size_t bytes) const {
  return slots_.empty() || bytes_ + bytes <= bytes_max_;
}

void FramePipeline::PushLocked(std::unique_ptr<Frame> frame) {
  const size_t bytes = frame->bytes.size();
  bytes_ += bytes;
  slots_.push_back({std::move(frame), bytes, false});
  if (idle_threads_ == 0 && threads_.size() < threads_max_) {
    threads_.emplace_back([this] { PackFrames(); });
  }
  to_pack_.notify_one();
}

void FramePipeline::Push(std::unique_ptr<Frame> frame) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return HasRoom(frame->bytes.size()); });
  PushLocked(std::move(frame));
}

bool FramePipeline::HasRoomFor(size_t bytes) const {
  const std::lock_guard lock(mutex_);
  return HasRoom(bytes);
}

std::unique_ptr<Frame> FramePipeline::Pop(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  const auto ready = [&] {
    return (!slots_.empty() && slots_.front().packed) || (closed_ && slots_.empty());
  };
  if (!packed_.wait_until(lock, deadline, ready) || slots_.empty()) {
    return nullptr;
  }
  Slot slot = std::move(slots_.front());
  slots_.pop_front();
  ++first_;
  bytes_ -= slot.bytes;
  room_.notify_one();
  return std::move(slot.frame);
}

void FramePipeline::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  to_pack_.notify_all();
  packed_.notify_all();
}

bool FramePipeline::closed_and_drained() const {
  const std::lock_guard lock(mutex_);
  return closed_ && slots_.empty();
}

double FramePipeline::fill() const {
  const auto bytes = static_cast<double>(bytes_.load(std::memory_order_relaxed));
  return std::min(1.0, bytes / static_cast<double>(bytes_max_));
}

void FramePipeline::PackFrames() {
  std::optional<codec::ZstdCompressor> zstd;
  if (compression_ == Compression::kZstd) {
    zstd.emplace(level_);
  }
  FrameBuffer scratch;
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_threads_;
    to_pack_.wait(lock, [&] { return closed_ || next_to_pack_ < first_ + slots_.size(); });
    --idle_threads_;
    if (abandoned_ || next_to_pack_ == first_ + slots_.size()) {
      return;
    }
    const uint64_t number = next_to_pack_++;
    std::unique_ptr<Frame> frame = std::move(slots_[number - first_].frame);
    lock.unlock();
    if (frame->entries > 0) {
      PackFrame(*frame, zstd ? &*zstd : nullptr, scratch);
    }
    lock.lock();
    Slot& slot = slots_[number - first_];
    slot.frame = std::move(frame);
    slot.packed = true;
    if (number == first_) {
      packed_.notify_one();
    }
  }
}

}  // namespace trafrec::store
