#include "reconcile/history/timeline.h"

#include <algorithm>

namespace trafrec::reconcile {
namespace {

/// Spans that end long after they begin cost their block, not all that come before them.
constexpr size_t kBlock = 64;

}  // namespace

Timeline::Timeline(const std::vector<Span>& spans) {
  for (size_t i = 0; i < spans.size(); ++i) {
    if (!spans[i].empty()) {
      entries_.push_back({spans[i], i});
    }
  }
  std::ranges::stable_sort(entries_, {}, [](const Entry& entry) { return entry.span.from; });
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (i % kBlock == 0) {
      latest_.push_back(entries_[i].span.until);
    }
    latest_.back() = std::max(latest_.back(), entries_[i].span.until);
  }
}

/// Until `take` returns true.
template <typename Take>
void Timeline::Each(const Span& span, const Take& take) const {
  const auto end = static_cast<size_t>(
      std::ranges::upper_bound(entries_, span.until, {},
                               [](const Entry& entry) { return entry.span.from; }) -
      entries_.begin());
  for (size_t block = 0; block * kBlock < end; ++block) {
    if (latest_[block] < span.from) {
      continue;
    }
    for (size_t i = block * kBlock; i < std::min(end, (block + 1) * kBlock); ++i) {
      if (entries_[i].span.until >= span.from && take(entries_[i])) {
        return;
      }
    }
  }
}

bool Timeline::Meets(const Span& span) const {
  return Any(span, [](size_t) { return true; });
}

bool Timeline::Any(const Span& span, const std::function<bool(size_t)>& take) const {
  bool any = false;
  Each(span,
       [&](const Entry& entry) { return any = entry.span.Meets(span) && take(entry.number); });
  return any;
}

std::vector<size_t> Timeline::Meeting(const Span& span) const {
  std::vector<size_t> numbers;
  Each(span, [&](const Entry& entry) {
    if (entry.span.Meets(span)) {
      numbers.push_back(entry.number);
    }
    return false;
  });
  std::ranges::sort(numbers);
  return numbers;
}

}  // namespace trafrec::reconcile
