#include "store/format/redacted_pointers.h"

#include <algorithm>

namespace trafrec::store {
namespace {

constexpr std::string_view kRedacting = " redacting";
constexpr std::string_view kNext = " /";  // how each begins

}  // namespace

std::string WithRedactedPointers(std::string source, const std::vector<std::string>& pointers) {
  if (!pointers.empty()) {
    source += kRedacting;
  }
  for (const std::string& pointer : pointers) {
    source += " " + pointer;
  }
  return source;
}

std::vector<std::string> RedactedPointersIn(std::string_view source) {
  std::vector<std::string> pointers;
  size_t at = source.find(std::string(kRedacting) + std::string(kNext));
  at = at == std::string_view::npos ? at : at + kRedacting.size();
  while (at != std::string_view::npos) {
    const size_t next = source.find(kNext, at + 1);
    pointers.emplace_back(
        source.substr(at + 1, next == std::string_view::npos ? next : next - at - 1));
    at = next;
  }
  return pointers;
}

}  // namespace trafrec::store
