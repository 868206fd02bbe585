#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace trafrec {

/// A queue between two stages of the pipeline, bounded in count and in bytes. Safe for any number
/// of producers and consumers. An item larger than bytes_max is let in when the queue is empty, so
/// that nothing can be stuck for ever.
template <typename T>
class BoundedQueue {
 public:
  BoundedQueue(size_t items_max, size_t bytes_max) : items_max_(items_max), bytes_max_(bytes_max) {}

  /// Waits for room. False if the queue was closed: then `item` is dropped.
  bool Push(T item, size_t item_bytes) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return closed_ || HasRoom(item_bytes); });
    if (closed_) {
      return false;
    }
    PushLocked(std::move(item), item_bytes);
    return true;
  }

  /// Never waits. False if there is no room or the queue was closed; then `item` is left as it was.
  bool TryPush(T& item, size_t item_bytes) {
    std::unique_lock lock(mutex_);
    if (closed_ || !HasRoom(item_bytes)) {
      return false;
    }
    PushLocked(std::move(item), item_bytes);
    return true;
  }

  /// Waits for an item. Empty once the queue is closed and drained.
  std::optional<T> Pop() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [&] { return closed_ || !items_.empty(); });
    return PopLocked();
  }

  /// Takes out all that is there. Never waits; none may be there, and closed_and_drained() tells
  /// whether more come. Producers wait once for many items, where Pop wakes them for each.
  std::deque<T> TakeAll() {
    std::deque<Entry> entries;
    {
      const std::lock_guard lock(mutex_);
      entries.swap(items_);
      bytes_ = 0;
      if (!entries.empty()) {
        room_.notify_all();
      }
    }
    std::deque<T> items;
    for (Entry& entry : entries) {
      items.push_back(std::move(entry.item));
    }
    return items;
  }

  /// No more items come in; consumers drain what is there.
  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_all();
    filled_.notify_all();
  }

  bool closed_and_drained() const {
    const std::lock_guard lock(mutex_);
    return closed_ && items_.empty();
  }

  size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }
  size_t bytes_max() const { return bytes_max_; }

 private:
  struct Entry {
    T item;
    size_t bytes;
  };

  bool HasRoom(size_t item_bytes) const {
    return items_.empty() || (items_.size() < items_max_ && bytes_ + item_bytes <= bytes_max_);
  }

  void PushLocked(T item, size_t item_bytes) {
    items_.push_back({std::move(item), item_bytes});
    bytes_ += item_bytes;
    filled_.notify_one();
  }

  std::optional<T> PopLocked() {
    if (items_.empty()) {
      return std::nullopt;
    }
    Entry entry = std::move(items_.front());
    items_.pop_front();
    bytes_ -= entry.bytes;
    room_.notify_one();
    return std::move(entry.item);
  }

  const size_t items_max_;
  const size_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable filled_;
  std::deque<Entry> items_;
  size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace trafrec
