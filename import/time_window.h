#pragma once

#include <cstddef>
#include <map>
#include <utility>

#include "import/imported_exchange.h"

namespace trafrec::import {

/// The exchanges of one file that are held so that they leave in order of time: files list them in
/// the order in which they ended, or in any. Bounded in number and bytes; what comes later than
/// that is out of order, and the caller counts it.
class TimeWindow {
 public:
  using Key = std::pair<TimeNs, uint64_t>;

  TimeWindow(size_t exchanges_max, size_t bytes_max)
      : exchanges_max_(exchanges_max), bytes_max_(bytes_max) {}

  Key Add(ImportedExchange exchange) {
    const Key key{exchange.began_at, serial_++};
    last_added_ = exchange.began_at;
    bytes_ += exchange.bytes();
    held_.emplace(key, std::move(exchange));
    return key;
  }
  /// Takes one out that is held.
  ImportedExchange Take(const Key& key) {
    auto node = held_.extract(key);
    bytes_ -= node.mapped().bytes();
    return std::move(node.mapped());
  }
  /// Not of an empty one.
  const Key& oldest() const { return held_.begin()->first; }

  /// When the one that was added last began; 0 if none was.
  TimeNs last_added() const { return last_added_; }
  bool empty() const { return held_.empty(); }
  bool full() const { return held_.size() >= exchanges_max_ || bytes_ >= bytes_max_; }

 private:
  const size_t exchanges_max_;
  const size_t bytes_max_;
  std::map<Key, ImportedExchange> held_;
  size_t bytes_ = 0;
  TimeNs last_added_ = 0;
  uint64_t serial_ = 0;
};

}  // namespace trafrec::import
