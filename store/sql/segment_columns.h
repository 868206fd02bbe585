#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace trafrec::store {

/// How a segment has a column of `exchanges`, where `e` is its table exchange: as the view of that
/// name there says it. Columns that a segment does not have are not here.
struct SegmentColumn {
  int column;
  const char* sql;
  int join = -1;  ///< the table that it needs besides
};
std::span<const SegmentColumn> SegmentColumns();

constexpr uint64_t ColumnBit(int column) { return uint64_t{1} << column; }

/// The joins that these columns (a bit each) need.
std::string SegmentJoinsOf(uint64_t columns);

}  // namespace trafrec::store
