#include "replay/guard/retry_after.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>

#include "base/time.h"
#include "replay/guard/limits.h"

namespace trafrec::guard {
namespace {

std::optional<int> Number(std::string_view text) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end && value >= 0 ? std::optional(value) : std::nullopt;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT", the one form of a date that may be sent.
std::optional<TimeNs> ReadDate(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || !text.ends_with(" GMT") || text[3] != ',') {
    return std::nullopt;
  }
  const auto day = Number(text.substr(5, 2));
  const size_t month = kMonths.find(text.substr(8, 3));
  const auto year = Number(text.substr(12, 4));
  const auto hour = Number(text.substr(17, 2));
  const auto minute = Number(text.substr(20, 2));
  const auto second = Number(text.substr(23, 2));
  if (!day || month == std::string_view::npos || month % 3 != 0 || !year || *year > 2200 || !hour ||
      !minute || !second) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(month / 3) + 1),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) {
    return std::nullopt;
  }
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return (((days * 24 + *hour) * 60 + *minute) * 60 + *second) * kNsPerSecond;
}

}  // namespace

int64_t RetryAfterMs(const Reply& reply) {
  if (!reply.answer) {
    return 0;
  }
  const message::Field* field = message::FindField(reply.answer->fields, "Retry-After");
  if (field == nullptr) {
    return 0;
  }
  int64_t wait_ms = 0;
  if (const auto seconds = Number(field->value)) {
    wait_ms = int64_t{*seconds} * 1000;
  } else if (const auto until = ReadDate(field->value)) {
    // By its own clock, where it says what that shows.
    const message::Field* date = message::FindField(reply.answer->fields, "Date");
    const TimeNs now = date == nullptr ? reply.at : ReadDate(date->value).value_or(reply.at);
    wait_ms = now == 0 ? 0 : (*until - now) / kNsPerMs;
  }
  return std::clamp(wait_ms, int64_t{0}, limits::kRetryAfterMaxMs);
}

}  // namespace trafrec::guard
