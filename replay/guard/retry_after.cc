#include "replay/guard/retry_after.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>
#include <string>
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

/// A date in one of the three forms that may come (RFC 9110, section 5.6.7): "Sun, 06 Nov 1994
/// 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994". The program keeps
/// the C locale's names of days and months.
std::optional<TimeNs> ReadDate(const std::string& text) {
  constexpr int kYearMax = 2200;  // well within what a TimeNs can say
  for (const char* form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    tm parts{};
    const char* const end = strptime(text.c_str(), form, &parts);
    if (end == text.c_str() + text.size() && parts.tm_year + 1900 <= kYearMax) {
      return int64_t{timegm(&parts)} * kNsPerSecond;
    }
  }
  return std::nullopt;
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
