#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "base/bytes.h"

namespace trafrec::store::db {

/// A value of a row that is to be put. Text and bytes are borrowed until the row has been put.
struct RowValue {
  enum class Kind : uint8_t { kNull, kInteger, kText, kBlob };

  Kind kind = Kind::kNull;
  int64_t number = 0;  ///< or how many bytes `data` has
  const void* data = nullptr;
};

/// One row in the making, with the names that Statement has for its parameters: columns count from
/// 0, and each is to be bound.
class RowValues {
 public:
  explicit RowValues(std::span<RowValue> values) : values_(values) {}

  RowValues& Bind(int column, std::string_view text) {
    return Set(column, {.kind = RowValue::Kind::kText,
                        .number = static_cast<int64_t>(text.size()),
                        .data = text.data()});
  }
  RowValues& Bind(int column, Bytes blob) {
    return Set(column, {.kind = RowValue::Kind::kBlob,
                        .number = static_cast<int64_t>(blob.size()),
                        .data = blob.data()});
  }
  RowValues& BindNull(int column) { return Set(column, {}); }
  /// 64-bit flags keep their bits: SQLite's integers are signed.
  template <typename T>
    requires std::is_integral_v<T>
  RowValues& Bind(int column, T value) {
    return Set(
        column,
        {.kind = RowValue::Kind::kInteger, .number = static_cast<int64_t>(value), .data = nullptr});
  }
  template <typename T>
  RowValues& Bind(int column, const std::optional<T>& value) {
    return value ? Bind(column, *value) : BindNull(column);
  }

 private:
  RowValues& Set(int column, const RowValue& value) {
    values_[static_cast<size_t>(column)] = value;
    return *this;
  }

  std::span<RowValue> values_;
};

}  // namespace trafrec::store::db
