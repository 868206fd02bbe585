#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trafrec::store {

/// A statement that counts or groups the table exchanges, taken apart: what to ask of each part of
/// the rows, and how to put the answers together.
struct SplitAggregate {
  /// Its columns c0, c1, …: first the keys, then what the aggregates need.
  std::vector<std::string> part_columns;
  size_t keys = 0;
  std::string where;                 ///< empty: every row
  std::vector<std::string> columns;  ///< of exchanges that it uses, in lower case
  /// A SELECT from the table `parts`, which has these columns for each part and each of its groups.
  std::string whole;
  size_t whole_columns = 0;
};

/// Nothing for a statement that cannot be split, or that is fast because of its conditions on what
/// rows are looked up by. `sql` must be one that SQLite accepts.
std::optional<SplitAggregate> SplitAggregateOf(std::string_view sql);

}  // namespace trafrec::store
