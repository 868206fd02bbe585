#include "tools/units.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <utility>

#include "base/time.h"

namespace trafrec::tools {
namespace {

struct Unit {
  std::string_view name;
  uint64_t factor;
};

constexpr Unit kSizes[] = {
    {"", 1},
    {"B", 1},
    {"K", uint64_t{1} << 10},
    {"KiB", uint64_t{1} << 10},
    {"M", uint64_t{1} << 20},
    {"MiB", uint64_t{1} << 20},
    {"G", uint64_t{1} << 30},
    {"GiB", uint64_t{1} << 30},
    {"T", uint64_t{1} << 40},
    {"TiB", uint64_t{1} << 40},
    {"KB", 1'000},
    {"MB", 1'000'000},
    {"GB", 1'000'000'000},
    {"TB", 1'000'000'000'000},
};

constexpr Unit kTimes[] = {
    {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000},
};

Result<uint64_t> ParseWithUnit(std::string_view text, std::span<const Unit> units,
                               const std::string& what, const char* forms) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, failed] = std::from_chars(text.data(), end, number);
  if (failed == std::errc() && number >= 0 && std::isfinite(number)) {
    std::string_view name(rest, static_cast<size_t>(end - rest));
    while (name.starts_with(' ')) {
      name.remove_prefix(1);
    }
    for (const Unit& unit : units) {
      const double value = number * static_cast<double>(unit.factor);
      if (name == unit.name && value < 9e18) {
        return static_cast<uint64_t>(value);
      }
    }
  }
  return Fail(ErrorCode::kUsage, fmt::format("'{}' is not a {}", text, what), forms);
}

/// "20.5": as many decimals as make three digits.
std::string ThreeDigits(double value) {
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (decimals > 0) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) {
      text.pop_back();
    }
  }
  return text;
}

/// The value in the largest of the units that leaves it at least 1, and that unit's index.
std::pair<double, size_t> Scaled(uint64_t bytes) {
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1023.5 && unit < 5) {
    value /= 1024;
    ++unit;
  }
  return {value, unit};
}

}  // namespace

Result<uint64_t> ParseSize(std::string_view text) {
  return ParseWithUnit(text, kSizes, "size", "accepted: 65536, 64KiB, 64MiB, 1GiB, 1GB");
}

Result<int64_t> ParseDurationMs(std::string_view text) {
  TRY_ASSIGN(const uint64_t ms,
             ParseWithUnit(text, kTimes, "duration", "accepted: 250ms, 30s, 10m, 1h, 2d"));
  return static_cast<int64_t>(ms);
}

Result<double> ParsePercent(std::string_view text) {
  double percent = 0;
  const char* const end = text.data() + text.size() - (text.ends_with('%') ? 1 : 0);
  const auto [read, error] = std::from_chars(text.data(), end, percent);
  if (!text.ends_with('%') || error != std::errc() || read != end || !(percent >= 0) ||
      percent > 1e6) {
    return Fail(ErrorCode::kUsage, fmt::format("'{}' is no share in percent", text), "as in 20%");
  }
  return percent / 100;
}

std::string HumanBytes(uint64_t bytes) {
  static constexpr std::array kNames = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  const auto [value, unit] = Scaled(bytes);
  return ThreeDigits(value) + " " + kNames.at(unit);
}

std::string ShortBytes(uint64_t bytes) {
  static constexpr std::array kNames = {"", "K", "M", "G", "T", "P"};
  const auto [value, unit] = Scaled(bytes);
  return ThreeDigits(value) + kNames.at(unit);
}

std::string HumanDuration(int64_t ns) {
  if (ns < 0) {
    return "-" + HumanDuration(ns == INT64_MIN ? INT64_MAX : -ns);
  }
  const auto value = static_cast<double>(ns);
  if (ns < kNsPerMs) {
    return ThreeDigits(value / 1e3) + " µs";
  }
  if (ns < kNsPerSecond) {
    return ThreeDigits(value / 1e6) + " ms";
  }
  if (ns < 100 * kNsPerSecond) {
    return ThreeDigits(value / 1e9) + " s";
  }
  const int64_t seconds = ns / kNsPerSecond;
  if (seconds < 3'600) {
    return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  }
  if (seconds < 86'400) {
    return fmt::format("{} h {:02} min", seconds / 3'600, seconds % 3'600 / 60);
  }
  return fmt::format("{} d {:02} h", seconds / 86'400, seconds % 86'400 / 3'600);
}

std::string ShortDuration(int64_t ns) {
  const int64_t seconds = ns / kNsPerSecond;
  if (seconds >= 86'400) {
    return fmt::format("{}d{:02}h", seconds / 86'400, seconds % 86'400 / 3'600);
  }
  if (seconds >= 3'600) {
    return fmt::format("{}h{:02}m", seconds / 3'600, seconds % 3'600 / 60);
  }
  if (seconds >= 100) {
    return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
  }
  std::string text = HumanDuration(ns);
  std::erase(text, ' ');
  return text;
}

std::string WithCommas(uint64_t value) {
  std::string text = std::to_string(value);
  for (size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string CountOf(uint64_t value, std::string_view thing, std::string_view things) {
  if (value == 1) {
    return fmt::format("1 {}", thing);
  }
  return things.empty() ? fmt::format("{} {}s", WithCommas(value), thing)
                        : fmt::format("{} {}", WithCommas(value), things);
}

std::string_view Were(uint64_t count) { return count == 1 ? "was" : "were"; }

std::string Percent(uint64_t part, uint64_t whole) {
  if (part == 0 || whole == 0) {
    return "0%";
  }
  const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (percent < 0.0001) {
    return "<0.0001%";
  }
  return fmt::format("{:.{}f}%", percent, percent >= 10 ? 0 : percent >= 0.1 ? 1 : 4);
}

}  // namespace trafrec::tools
