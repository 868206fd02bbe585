#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "base/bytes.h"

namespace trafrec::store {

/// Growing bytes that are never zeroed, so that a recycled frame costs one copy of what it holds
/// and nothing else.
class FrameBuffer {
 public:
  FrameBuffer() = default;
  explicit FrameBuffer(size_t capacity) { Reserve(capacity); }

  /// Makes room for `bytes` in all, keeping what is there.
  void Reserve(size_t bytes) {
    if (bytes <= capacity_) {
      return;
    }
    const size_t capacity = std::max(bytes, capacity_ + capacity_ / 2);
    auto grown = std::make_unique_for_overwrite<uint8_t[]>(capacity);
    if (size_ > 0) {
      std::memcpy(grown.get(), bytes_.get(), size_);
    }
    bytes_ = std::move(grown);
    capacity_ = capacity;
  }

  /// The place of the next byte, with room for `bytes`; Commit says how many were written.
  uint8_t* Prepare(size_t bytes) {
    Reserve(size_ + bytes);
    return bytes_.get() + size_;
  }
  void Commit(size_t bytes) { size_ += bytes; }

  void Append(Bytes bytes) {
    if (!bytes.empty()) {
      std::memcpy(Prepare(bytes.size()), bytes.data(), bytes.size());
      size_ += bytes.size();
    }
  }

  void Clear() { size_ = 0; }
  /// Sets the size within the capacity; bytes that come in so are undefined.
  void SetSize(size_t size) {
    Reserve(size);
    size_ = size;
  }

  uint8_t* data() { return bytes_.get(); }
  const uint8_t* data() const { return bytes_.get(); }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  Bytes bytes() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<uint8_t[]> bytes_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace trafrec::store
