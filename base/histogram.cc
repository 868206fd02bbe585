#include "base/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>

namespace trafrec {
namespace {

constexpr unsigned kPartBits = 6;
constexpr uint64_t kParts = uint64_t{1} << kPartBits;

/// Values below 2 * kParts have a part each; from there on the leading seven bits choose it.
size_t PartOf(uint64_t value) {
  const unsigned width = static_cast<unsigned>(std::bit_width(value));
  const unsigned shift = width > kPartBits + 1 ? width - (kPartBits + 1) : 0;
  return shift * kParts + (value >> shift);
}

uint64_t FirstOf(size_t part) {
  const uint64_t shift = part < 2 * kParts ? 0 : part / kParts - 1;
  return (part - shift * kParts) << shift;
}

}  // namespace

void Histogram::Add(int64_t value, uint64_t times) {
  if (times == 0) {
    return;
  }
  value = std::max<int64_t>(value, 0);
  const size_t part = PartOf(static_cast<uint64_t>(value));
  if (part >= parts_.size()) {
    parts_.resize(part + 1);
  }
  parts_[part] += times;
  least_ = count_ == 0 ? value : std::min(least_, value);
  greatest_ = std::max(greatest_, value);
  count_ += times;
  sum_ += static_cast<uint64_t>(value) * times;
}

void Histogram::Add(const Histogram& other) {
  if (other.count_ == 0) {
    return;
  }
  parts_.resize(std::max(parts_.size(), other.parts_.size()));
  std::ranges::transform(other.parts_, parts_, parts_.begin(), std::plus());
  least_ = count_ == 0 ? other.least_ : std::min(least_, other.least_);
  greatest_ = std::max(greatest_, other.greatest_);
  count_ += other.count_;
  sum_ += other.sum_;
}

double Histogram::Distance(const Histogram& a, const Histogram& b) {
  if (a.count_ == 0 || b.count_ == 0) {
    return 0;
  }
  double most = 0;
  uint64_t up_to_a = 0;
  uint64_t up_to_b = 0;
  for (size_t part = 0; part < std::max(a.parts_.size(), b.parts_.size()); ++part) {
    up_to_a += part < a.parts_.size() ? a.parts_[part] : 0;
    up_to_b += part < b.parts_.size() ? b.parts_[part] : 0;
    most = std::max(most, std::abs(static_cast<double>(up_to_a) / static_cast<double>(a.count_) -
                                   static_cast<double>(up_to_b) / static_cast<double>(b.count_)));
  }
  return most;
}

uint64_t Histogram::CountUpTo(int64_t value) const {
  const size_t parts =
      std::min(parts_.size(), PartOf(static_cast<uint64_t>(std::max<int64_t>(value, 0))) + 1);
  return std::accumulate(parts_.begin(), parts_.begin() + static_cast<ptrdiff_t>(parts),
                         uint64_t{0});
}

int64_t Histogram::Quantile(double share) const {
  const auto rank = static_cast<uint64_t>(std::ceil(share * static_cast<double>(count_)));
  if (rank <= 1 || rank >= count_) {
    return rank <= 1 ? least_ : greatest_;
  }
  uint64_t seen = 0;
  for (size_t part = 0; part < parts_.size(); ++part) {
    seen += parts_[part];
    if (parts_[part] > 0 && seen >= rank) {
      const auto middle = static_cast<int64_t>((FirstOf(part) + FirstOf(part + 1)) / 2);
      return std::clamp(middle, least_, greatest_);
    }
  }
  return greatest_;
}

std::vector<Histogram::Bar> Histogram::Bars() const {
  std::vector<Bar> bars;
  for (size_t part = 0; part < parts_.size(); ++part) {
    if (parts_[part] == 0 && bars.empty()) {
      continue;
    }
    const uint64_t from = std::bit_floor(FirstOf(part));
    if (bars.empty() || static_cast<uint64_t>(bars.back().from) != from) {
      const uint64_t below = from == 0 ? 1 : std::min<uint64_t>(from, uint64_t{1} << 61) * 2;
      bars.push_back({static_cast<int64_t>(from), static_cast<int64_t>(below), 0});
    }
    bars.back().count += parts_[part];
  }
  return bars;
}

}  // namespace trafrec
