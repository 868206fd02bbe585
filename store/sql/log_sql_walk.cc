#include "store/sql/log_sql_walk.h"

#include <cmath>

namespace trafrec::store {
namespace {

constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
constexpr int64_t kGreatest = std::numeric_limits<int64_t>::max();
/// Doubles below it are an int64_t, too.
constexpr double kWholeMax = 9.2e18;

/// The whole number below a number, or above it.
std::optional<int64_t> WholeOf(const db::SqlValue& value, bool above) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    return *number;
  }
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr || !(std::abs(*number) < kWholeMax)) {
    return std::nullopt;
  }
  return static_cast<int64_t>(above ? std::ceil(*number) : std::floor(*number));
}

}  // namespace

void CutByLimit(ValueRange& range, const db::ColumnLimit& limit) {
  const std::optional<int64_t> below = WholeOf(limit.value, false);
  const std::optional<int64_t> above = WholeOf(limit.value, true);
  if (!below || !above) {
    return;
  }
  // A row that is just at the limit does no harm: SQLite looks again.
  switch (limit.comparison) {
    case db::Comparison::kEqual:
      range.Cut({*below, *above});
      break;
    case db::Comparison::kLess:
    case db::Comparison::kLessOrEqual:
      range.Cut({kLeast, *above});
      break;
    case db::Comparison::kGreater:
    case db::Comparison::kGreaterOrEqual:
      range.Cut({*below, kGreatest});
      break;
  }
}

void SegmentWalk::OnlyRecorder(const db::SqlValue& name) {
  if (const auto* text = std::get_if<std::string>(&name)) {
    recorder_ = *text;
  }
}

bool SegmentWalk::Next() {
  if (begun_) {
    ++segment_;
  }
  begun_ = true;
  while (attempt_ < snapshots_.size()) {
    if (segment_ < attempt().segments.size() && Fits(attempt().key)) {
      return true;
    }
    ++attempt_;
    segment_ = 0;
  }
  return false;
}

}  // namespace trafrec::store
