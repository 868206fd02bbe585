#include "replay/dialect/request.h"

#include "base/ascii.h"

namespace trafrec::dialect {
std::string_view FieldOf(std::span<const HeaderView> headers, std::string_view name) {
  for (const HeaderView& field : headers) {
    if (SameButForCase(field.name, name)) {
      return field.value;
    }
  }
  return {};
}

bool IsSafe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

}  // namespace trafrec::dialect
