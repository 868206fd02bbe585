#include "replay/pace/speed.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <string>

namespace trafrec::pace {
namespace {

/// Nobody waits longer between two exchanges, and no clock is finer.
constexpr double kLeast = 1e-6;
constexpr double kMost = 1e9;

std::unexpected<Error> NoSpeed(std::string_view text) {
  return Fail(ErrorCode::kUsage, fmt::format("\"{}\" is no speed", text),
              "1x, 4x, 500/s, max, or a ramp: 1x..8x/10m, 100/s..2000/s/5m");
}

/// A positive number at the beginning of `text`, which it is taken off.
std::optional<double> TakeNumber(std::string_view& text) {
  size_t length = 0;
  bool point = false;
  while (length < text.size() &&
         ((text[length] >= '0' && text[length] <= '9') ||
          (text[length] == '.' && !point && length + 1 < text.size() && text[length + 1] != '.'))) {
    point = point || text[length] == '.';
    ++length;
  }
  if (length == 0) {
    return std::nullopt;
  }
  const double number = std::strtod(std::string(text.substr(0, length)).c_str(), nullptr);
  text.remove_prefix(length);
  if (!(number >= kLeast && number <= kMost)) {
    return std::nullopt;
  }
  return number;
}

bool TakeWord(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) {
    return false;
  }
  text.remove_prefix(word.size());
  return true;
}

std::optional<Speed::Kind> TakeUnit(std::string_view& text) {
  if (TakeWord(text, "x")) {
    return Speed::Kind::kFactor;
  }
  if (TakeWord(text, "/s")) {
    return Speed::Kind::kRate;
  }
  return std::nullopt;
}

std::optional<int64_t> TakeDuration(std::string_view& text) {
  const std::optional<double> number = TakeNumber(text);
  if (!number) {
    return std::nullopt;
  }
  for (const auto& [unit, ns] :
       {std::pair<std::string_view, double>{"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}) {
    if (text == unit) {
      text = {};
      const double duration = *number * ns;
      return duration < 1e18 ? std::optional(static_cast<int64_t>(duration)) : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Speed> ParseSpeed(std::string_view text) {
  if (text == "max") {
    return Speed{.kind = Speed::Kind::kMax};
  }
  std::string_view rest = text;
  const auto from = TakeNumber(rest);
  const auto kind = from ? TakeUnit(rest) : std::nullopt;
  if (!kind) {
    return NoSpeed(text);
  }
  if (rest.empty()) {
    return Speed{.kind = *kind, .from = *from, .to = *from};
  }
  if (!TakeWord(rest, "..")) {
    return NoSpeed(text);
  }
  const auto to = TakeNumber(rest);
  const auto second = to ? TakeUnit(rest) : std::nullopt;
  if (second != kind || !TakeWord(rest, "/")) {
    return NoSpeed(text);
  }
  const auto ramp = TakeDuration(rest);
  if (!ramp || *ramp == 0) {
    return NoSpeed(text);
  }
  return Speed{.kind = *kind, .from = *from, .to = *to, .ramp_ns = *ramp};
}

std::string FormatSpeed(const Speed& speed) {
  if (speed.kind == Speed::Kind::kMax) {
    return "max";
  }
  const char* const unit = speed.kind == Speed::Kind::kFactor ? "x" : "/s";
  if (speed.ramp_ns == 0) {
    return fmt::format("{}{}", speed.to, unit);
  }
  return fmt::format("{}{}..{}{}/{}s", speed.from, unit, speed.to, unit,
                     static_cast<double>(speed.ramp_ns) / 1e9);
}

}  // namespace trafrec::pace
