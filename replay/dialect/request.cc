#include "replay/dialect/request.h"

#include <algorithm>

namespace trafrec::dialect {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

}  // namespace

std::string_view FieldOf(std::span<const HeaderView> headers, std::string_view name) {
  for (const HeaderView& field : headers) {
    if (std::ranges::equal(field.name, name, {}, Lower, Lower)) {
      return field.value;
    }
  }
  return {};
}

}  // namespace trafrec::dialect
