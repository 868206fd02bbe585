#include "reconcile/history/write_times.h"

#include <algorithm>

namespace trafrec::reconcile {
namespace {

constexpr TimeNs kSecondNs = 1'000 * kNsPerMs;

}  // namespace

void WriteTimes::Note(TimeNs received_at, int64_t took_ns) {
  int64_t& longest = longest_of_[received_at / kSecondNs];
  longest = std::max(longest, took_ns);
  longest_ns_ = std::max(longest_ns_, took_ns);
}

int64_t WriteTimes::LongestAround(TimeNs at) const {
  int64_t longest = 0;
  const int64_t second = at / kSecondNs;
  for (auto each = longest_of_.lower_bound(second - 1);
       each != longest_of_.end() && each->first <= second + 1; ++each) {
    longest = std::max(longest, each->second);
  }
  return longest;
}

}  // namespace trafrec::reconcile
