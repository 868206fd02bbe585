#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "reassembly/stream/connection_table.h"

namespace trafrec::reassembly {

/// A list of connections, oldest first, linked through two numbers of each, which `kOlder` and
/// `kNewer` name. Every operation is O(1) and allocates nothing.
template <auto kOlder, auto kNewer>
class ConnectionList {
 public:
  explicit ConnectionList(ConnectionTable& table) : table_(table) {}

  bool empty() const { return front_ == kNoIndex; }
  size_t size() const { return size_; }
  Connection& front() const { return table_[front_]; }

  void PushBack(Connection& connection) {
    std::invoke(kOlder, connection) = back_;
    std::invoke(kNewer, connection) = kNoIndex;
    (back_ == kNoIndex ? front_ : std::invoke(kNewer, table_[back_])) = connection.self;
    back_ = connection.self;
    unvisited_ = unvisited_ == kNoIndex ? back_ : unvisited_;
    ++size_;
  }

  void Remove(Connection& connection) {
    const uint32_t older = std::invoke(kOlder, connection);
    const uint32_t newer = std::invoke(kNewer, connection);
    (older == kNoIndex ? front_ : std::invoke(kNewer, table_[older])) = newer;
    (newer == kNoIndex ? back_ : std::invoke(kOlder, table_[newer])) = older;
    unvisited_ = unvisited_ == connection.self ? newer : unvisited_;
    --size_;
  }

  void MoveToBack(Connection& connection) {
    if (back_ != connection.self) {
      Remove(connection);
      PushBack(connection);
    } else if (unvisited_ == kNoIndex) {
      unvisited_ = back_;
    }
  }

  /// The oldest one that was not visited since it came to the back, or nullptr.
  Connection* unvisited() const { return unvisited_ == kNoIndex ? nullptr : &table_[unvisited_]; }
  /// Visits that one. So each is visited once for each time that it came to the back, at most.
  Connection& Visit() {
    Connection& visited = table_[unvisited_];
    unvisited_ = std::invoke(kNewer, visited);
    return visited;
  }

 private:
  ConnectionTable& table_;
  uint32_t front_ = kNoIndex;
  uint32_t back_ = kNoIndex;
  uint32_t unvisited_ = kNoIndex;  ///< those before it are visited, those behind it are not
  size_t size_ = 0;
};

/// What buffers has a Detail.
inline uint32_t& OlderBuffering(Connection& connection) {
  return connection.detail->older_buffering;
}
inline uint32_t& NewerBuffering(Connection& connection) {
  return connection.detail->newer_buffering;
}

using PhaseList = ConnectionList<&Connection::older, &Connection::newer>;
using HolderList = ConnectionList<&Connection::older_holder, &Connection::newer_holder>;
using BufferingList = ConnectionList<&OlderBuffering, &NewerBuffering>;

}  // namespace trafrec::reassembly
