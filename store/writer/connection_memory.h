#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "store/format/entry_format.h"
#include "store/format/records.h"

namespace trafrec::store {

/// Facts of the connections to which exchanges may still refer, so that each segment can hold a row
/// of every connection it mentions. Keeps them as encoded entries (about 80 bytes each); of closed
/// ones the latest limits::kClosedConnectionsMax.
class ConnectionMemory {
 public:
  /// Its entry has just been written into the current segment.
  void Remember(const ConnectionRecord& connection);
  /// A new segment began, or rows were rolled back: no row is known to be there any more.
  void ForgetRows() { ++epoch_; }
  /// The facts of a known connection whose row the current segment lacks; it is taken as written
  /// from now on.
  std::optional<ConnectionRecord> TakeMissing(ConnectionNumber number);

 private:
  struct Known {
    std::string entry;
    uint64_t epoch = 0;
    bool closed = false;
  };

  EntryEncoder encoder_;
  FrameBuffer scratch_;
  std::unordered_map<ConnectionNumber, Known> known_;
  std::deque<ConnectionNumber> closed_;  // oldest first
  uint64_t epoch_ = 1;
};

}  // namespace trafrec::store
