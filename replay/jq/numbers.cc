#include "replay/jq/numbers.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>

#include "replay/jq/limits.h"
#include "replay/jq/value.h"

namespace trafrec::jq {
namespace {

uint64_t BitsOf(double value) { return std::bit_cast<uint64_t>(value); }

/// What jq prints as it is written: integers of so few digits that each has a double of its own.
bool IsPlain(std::string_view text) {
  constexpr size_t kDigits = 15;
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  return digits.size() <= kDigits && text != "-0" &&
         std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
}

/// A decimal number as digits without zeros at their ends, and the power of ten of the first one.
struct Decimal {
  bool negative = false;
  std::string digits{};
  int64_t exponent = 0;

  bool operator==(const Decimal&) const = default;
};

Decimal DecimalOf(std::string_view text) {
  Decimal decimal{.negative = text.starts_with('-')};
  text.remove_prefix(decimal.negative ? 1 : 0);
  const size_t mark = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, mark);
  if (mark < text.size()) {
    std::string_view power = text.substr(mark + 1);
    power.remove_prefix(power.starts_with('+') ? 1 : 0);
    if (std::from_chars(power.data(), power.data() + power.size(), decimal.exponent).ec !=
        std::errc()) {
      constexpr int64_t kBeyondAll = int64_t{1} << 60;
      decimal.exponent = power.starts_with('-') ? -kBeyondAll : kBeyondAll;
    }
  }
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  decimal.exponent += static_cast<int64_t>(point) - 1;
  for (const char c : mantissa) {
    if (c != '.') {
      decimal.digits += c;
    }
  }
  const size_t first = decimal.digits.find_first_not_of('0');
  if (first == std::string::npos) {
    return {.negative = decimal.negative};
  }
  decimal.exponent -= static_cast<int64_t>(first);
  decimal.digits = decimal.digits.substr(first, decimal.digits.find_last_not_of('0') + 1 - first);
  return decimal;
}

/// The double that is `distance` doubles away.
double Beside(double value, Side side, uint64_t distance) {
  constexpr uint64_t kSign = uint64_t{1} << 63;
  const uint64_t largest = BitsOf(std::numeric_limits<double>::max());
  const uint64_t sign = BitsOf(value) & kSign;
  const uint64_t size = std::min(BitsOf(value) & ~kSign, largest);
  if (side == Side::kAwayFromZero && size + distance <= largest) {
    return std::bit_cast<double>(sign | (size + distance));
  }
  return size >= distance ? std::bit_cast<double>(sign | (size - distance))
                          : std::bit_cast<double>((sign ^ kSign) | (distance - size));
}

/// So far away that what a program computes of one number rarely is another one's stand-in, and
/// so near that little comes between: a part in four million million.
constexpr uint64_t kFirstDistance = 1'009;

}  // namespace

bool SameDecimal(std::string_view a, std::string_view b) { return DecimalOf(a) == DecimalOf(b); }

double Numbers::Add(std::string_view text) {
  if (IsPlain(text)) {
    int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    const auto value = static_cast<double>(number);
    taken_.insert(BitsOf(value));
    return value;
  }
  std::string key(text);
  if (const auto known = by_text_.find(key); known != by_text_.end()) {
    return kept_[known->second].value;
  }
  const Value parsed(jv_parse_sized(text.data(), static_cast<int>(text.size())));
  const double value = parsed.number();
  taken_.insert(BitsOf(value));
  const std::string printed = parsed.Dump();
  if (printed != text) {
    by_text_.emplace(key, kept_.size());
    by_value_[BitsOf(value)].push_back(kept_.size());
    kept_.push_back({.text = std::move(key), .value = value, .exact = SameDecimal(text, printed)});
  }
  return value;
}

bool Numbers::ChooseStandIns(Side side) {
  std::unordered_map<uint64_t, uint64_t> distances;  // of the last one with the same double
  std::unordered_set<uint64_t> used = taken_;
  by_stand_in_.clear();
  for (size_t i = 0; i < kept_.size(); ++i) {
    Kept& kept = kept_[i];
    uint64_t& distance = distances.try_emplace(BitsOf(kept.value), kFirstDistance).first->second;
    int tried = 0;
    do {
      kept.stand_in = Beside(kept.value, side, distance++);
    } while (!used.insert(BitsOf(kept.stand_in)).second && ++tried < limits::kStandIns);
    if (tried == limits::kStandIns) {
      return false;
    }
    by_stand_in_.emplace(BitsOf(kept.stand_in), i);
  }
  return true;
}

bool Numbers::IsKept(double value) const { return by_value_.contains(BitsOf(value)); }

double Numbers::StandInOf(std::string_view text) {
  const auto known = by_text_.find(std::string(text));
  return known == by_text_.end() ? Add(text) : kept_[known->second].stand_in;
}

std::optional<std::string_view> Numbers::Behind(double stand_in, double value) const {
  const auto known = by_stand_in_.find(BitsOf(stand_in));
  if (known == by_stand_in_.end() || BitsOf(kept_[known->second].value) != BitsOf(value)) {
    return std::nullopt;
  }
  return kept_[known->second].text;
}

std::optional<std::string_view> Numbers::TextOf(double value) const {
  const auto known = by_value_.find(BitsOf(value));
  if (known == by_value_.end() ||
      !std::ranges::all_of(known->second, [this](size_t i) { return kept_[i].exact; })) {
    return std::nullopt;
  }
  return kept_[known->second.front()].text;
}

}  // namespace trafrec::jq
