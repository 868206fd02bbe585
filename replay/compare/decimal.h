#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trafrec::compare {

/// A JSON number without loss: its digits without zeros at either end, and where the point is. So
/// 1, 1.0 and 10e-1 are one value, and 2^53 + 1 is not 2^53.
struct Decimal {
  bool negative = false;
  std::string digits{};  ///< "" is zero
  int64_t exponent = 0;  ///< value = 0.digits * 10^exponent

  bool operator==(const Decimal&) const = default;
};

/// Nothing for texts longer than limits::kNumberBytes, exponents beyond 18 digits, and what is no
/// number of RFC 8259.
std::optional<Decimal> ParseDecimal(std::string_view text);

/// With so many digits behind the point, halves away from zero; negative: zeros before it.
Decimal Rounded(Decimal decimal, int64_t digits);

/// The nearest double of a JSON number; nothing of other texts.
std::optional<double> ApproximateOf(std::string_view json);

}  // namespace trafrec::compare
