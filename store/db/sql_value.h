#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace trafrec::store::db {

/// Bytes that are no text.
struct Blob {
  std::string bytes;

  bool operator==(const Blob&) const = default;
};

/// A value as SQL has it; std::monostate is NULL, a string is text in UTF-8.
using SqlValue = std::variant<std::monostate, int64_t, double, std::string, Blob>;

}  // namespace trafrec::store::db
