#pragma once

#include <cstdint>
#include <map>

#include "base/time.h"

namespace trafrec::reconcile {

/// How long answered writes took, by the second in which they were received.
class WriteTimes {
 public:
  void Note(TimeNs received_at, int64_t took_ns);

  /// Of all writes.
  int64_t longest_ns() const { return longest_ns_; }
  /// Of those of that second, the one before, and the one after it.
  int64_t LongestAround(TimeNs at) const;

 private:
  std::map<int64_t, int64_t> longest_of_;  ///< by second
  int64_t longest_ns_ = 0;
};

}  // namespace trafrec::reconcile
