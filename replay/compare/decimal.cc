#include "replay/compare/decimal.h"

#include <algorithm>
#include <charconv>

#include "replay/compare/limits.h"

namespace trafrec::compare {
namespace {

constexpr size_t kExponentDigits = 18;  // of what 64 bits hold, with room for the digits' own share

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Takes the digits at the front of a text.
std::string_view TakeDigits(std::string_view& text) {
  const auto* const end = std::ranges::find_if_not(text, IsDigit);
  const std::string_view digits = text.substr(0, static_cast<size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

bool TakeSign(std::string_view& text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  return negative;
}

std::optional<int64_t> TakeExponent(std::string_view& text) {
  if (!text.starts_with('e') && !text.starts_with('E')) {
    return 0;
  }
  text.remove_prefix(1);
  const bool negative = TakeSign(text);
  const std::string_view digits = TakeDigits(text);
  int64_t value = 0;
  if (digits.empty() || digits.size() > kExponentDigits) {
    return std::nullopt;
  }
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return negative ? -value : value;
}

}  // namespace

std::optional<Decimal> ParseDecimal(std::string_view text) {
  if (text.size() > limits::kNumberBytes || text.starts_with('+')) {
    return std::nullopt;
  }
  Decimal decimal;
  decimal.negative = TakeSign(text);
  const std::string_view whole = TakeDigits(text);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = TakeDigits(text);
    if (fraction.empty()) {
      return std::nullopt;
    }
  }
  const std::optional<int64_t> exponent = TakeExponent(text);
  if (whole.empty() || !exponent || !text.empty()) {
    return std::nullopt;
  }
  decimal.digits.append(whole).append(fraction);
  const size_t zeros = std::min(decimal.digits.find_first_not_of('0'), decimal.digits.size());
  decimal.digits.erase(0, zeros);
  while (decimal.digits.ends_with('0')) {
    decimal.digits.pop_back();
  }
  if (decimal.digits.empty()) {
    return Decimal{};  // -0 is 0
  }
  decimal.exponent = *exponent + static_cast<int64_t>(whole.size()) - static_cast<int64_t>(zeros);
  return decimal;
}

Decimal Rounded(Decimal decimal, int64_t digits) {
  const int64_t kept = decimal.exponent + digits;  // of its digits
  if (kept >= static_cast<int64_t>(decimal.digits.size())) {
    return decimal;
  }
  const bool up = kept >= 0 && decimal.digits[static_cast<size_t>(kept)] >= '5';
  decimal.digits.resize(static_cast<size_t>(std::max<int64_t>(kept, 0)));
  if (up) {
    while (decimal.digits.ends_with('9')) {
      decimal.digits.pop_back();
    }
    if (decimal.digits.empty()) {
      decimal.digits = '1';
      ++decimal.exponent;
    } else {
      ++decimal.digits.back();
    }
  }
  while (decimal.digits.ends_with('0')) {
    decimal.digits.pop_back();
  }
  return decimal.digits.empty() ? Decimal{} : decimal;
}

std::optional<double> ApproximateOf(std::string_view json) {
  double value = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), value);
  return error == std::errc() && end == json.data() + json.size() ? std::optional(value)
                                                                  : std::nullopt;
}

}  // namespace trafrec::compare
