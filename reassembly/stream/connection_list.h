#pragma once

#include <cstddef>
#include <cstdint>

#include "reassembly/stream/connection_table.h"

namespace trafrec::reassembly {

/// A list of connections, oldest first, linked through two members of theirs. Every operation is
/// O(1) and allocates nothing.
template <uint32_t Connection::* kOlder, uint32_t Connection::* kNewer>
class ConnectionList {
 public:
  explicit ConnectionList(ConnectionTable& table) : table_(table) {}

  bool empty() const { return front_ == kNoIndex; }
  size_t size() const { return size_; }
  Connection& front() const { return table_[front_]; }

  void PushBack(Connection& connection) {
    connection.*kOlder = back_;
    connection.*kNewer = kNoIndex;
    (back_ == kNoIndex ? front_ : table_[back_].*kNewer) = connection.self;
    back_ = connection.self;
    ++size_;
  }

  void Remove(Connection& connection) {
    const uint32_t older = connection.*kOlder;
    const uint32_t newer = connection.*kNewer;
    (older == kNoIndex ? front_ : table_[older].*kNewer) = newer;
    (newer == kNoIndex ? back_ : table_[newer].*kOlder) = older;
    --size_;
  }

  void MoveToBack(Connection& connection) {
    if (back_ != connection.self) {
      Remove(connection);
      PushBack(connection);
    }
  }

 private:
  ConnectionTable& table_;
  uint32_t front_ = kNoIndex;
  uint32_t back_ = kNoIndex;
  size_t size_ = 0;
};

using PhaseList = ConnectionList<&Connection::older, &Connection::newer>;
using HolderList = ConnectionList<&Connection::older_holder, &Connection::newer_holder>;
using BufferingList = ConnectionList<&Connection::older_buffering, &Connection::newer_buffering>;

}  // namespace trafrec::reassembly
