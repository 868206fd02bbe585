#include "replay/compare/fingerprints.h"

#include <functional>
#include <string>

#include "replay/compare/decimal.h"

namespace trafrec::compare {
namespace {

/// The finishing step of MurmurHash3 (Austin Appleby, public domain): every bit of the input moves
/// every bit of the result.
uint64_t Mixed(uint64_t value) {
  value = (value ^ (value >> 33U)) * 0xff51afd7ed558ccd;
  value = (value ^ (value >> 33U)) * 0xc4ceb9fe1a85ec53;
  return value ^ (value >> 33U);
}

uint64_t OfText(std::string_view text) { return std::hash<std::string_view>{}(text); }

}  // namespace

uint64_t Fingerprints::OfScalar(const json::Tree& tree, uint32_t node) {
  const std::string_view text = tree.TextOf(node);
  if (tree.type(node) == json::Type::kString) {
    return Mixed(OfText(json::Unquoted(text)) + 1);
  }
  const auto number =
      tree.type(node) == json::Type::kNumber ? ParseDecimal(text) : std::optional<Decimal>();
  return number ? Mixed(OfText(number->digits) ^ Mixed(static_cast<uint64_t>(number->exponent)) ^
                        static_cast<uint64_t>(number->negative))
                : Mixed(OfText(text));
}

Fingerprints::Fingerprints(const json::Tree& tree) : of_(tree.size()) {
  // Children come behind their container, so from the end each one's own are there already.
  for (size_t left = tree.size(); left > 0; --left) {
    const uint32_t node = static_cast<uint32_t>(left - 1);
    const json::Type type = tree.type(node);
    if (type != json::Type::kObject && type != json::Type::kArray) {
      of_[node] = OfScalar(tree, node);
      continue;
    }
    uint64_t sum = type == json::Type::kObject ? 2 : 3;
    for (uint32_t child = node + 1; child < tree[node].after; child = tree[child].after) {
      sum = type == json::Type::kObject ? sum + Mixed(OfText(tree.KeyOf(child)) ^ of_[child])
                                        : Mixed(sum + of_[child]);
    }
    of_[node] = Mixed(sum);
  }
}

}  // namespace trafrec::compare
