#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <ctime>
#include <string_view>

#include "base/time_text.h"

namespace trafrec {
namespace {

constexpr const char* kForms =
    "accepted: 2026-11-21T06:48:00Z, 2026-11-21T06:48:00.5+01:00, 2026-11-21 06:48 (UTC), "
    "@1795243680 (seconds since 1970), -5m (ago; s, m, h or d)";

/// Reads the text from left to right; every Take… moves on only if it succeeds.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  bool TakeChar(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) {
      return false;
    }
    taken_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  char taken() const { return taken_; }

  bool TakeNumber(size_t digits_min, size_t digits_max, int64_t* value) {
    size_t digits = 0;
    while (digits < rest_.size() && digits < digits_max &&
           std::isdigit(static_cast<unsigned char>(rest_[digits])) != 0) {
      ++digits;
    }
    if (digits < digits_min) {
      return false;
    }
    std::from_chars(rest_.data(), rest_.data() + digits, *value);
    rest_.remove_prefix(digits);
    return true;
  }

  /// ".123" as nanoseconds; more than nine decimals are cut.
  bool TakeFraction(int64_t* ns) {
    if (!TakeChar(".")) {
      return true;
    }
    int64_t scale = kNsPerSecond / 10;
    bool any = false;
    while (!rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_.front())) != 0) {
      *ns += (rest_.front() - '0') * scale;
      scale /= 10;
      any = true;
      rest_.remove_prefix(1);
    }
    return any;
  }

 private:
  std::string_view rest_;
  char taken_ = 0;
};

bool ParseZone(Scanner& scan, int64_t* offset_seconds) {
  if (scan.done() || scan.TakeChar("Zz")) {
    return scan.done();
  }
  int64_t hours = 0;
  int64_t minutes = 0;
  if (!scan.TakeChar("+-")) {
    return false;
  }
  const int64_t sign = scan.taken() == '-' ? -1 : 1;
  if (!scan.TakeNumber(2, 2, &hours)) {
    return false;
  }
  scan.TakeChar(":");
  if (!scan.done() && !scan.TakeNumber(2, 2, &minutes)) {
    return false;
  }
  *offset_seconds = sign * (hours * 3600 + minutes * 60);
  return scan.done() && hours <= 23 && minutes <= 59;
}

bool ParseClock(Scanner& scan, int64_t* seconds, int64_t* ns) {
  int64_t hour = 0;
  int64_t minute = 0;
  int64_t second = 0;
  if (!scan.TakeNumber(2, 2, &hour) || !scan.TakeChar(":") || !scan.TakeNumber(2, 2, &minute)) {
    return false;
  }
  if (scan.TakeChar(":") && (!scan.TakeNumber(2, 2, &second) || !scan.TakeFraction(ns))) {
    return false;
  }
  *seconds = hour * 3600 + minute * 60 + second;
  return hour <= 23 && minute <= 59 && second <= 60;
}

bool ParseCalendar(std::string_view text, TimeNs* time) {
  Scanner scan(text);
  int64_t year = 0;
  int64_t month = 0;
  int64_t day = 0;
  if (!scan.TakeNumber(4, 4, &year) || !scan.TakeChar("-") || !scan.TakeNumber(2, 2, &month) ||
      !scan.TakeChar("-") || !scan.TakeNumber(2, 2, &day)) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1678 || year > 2261) {
    return false;
  }
  int64_t seconds = 0;
  int64_t ns = 0;
  int64_t zone_seconds = 0;
  if (!scan.done() && (!scan.TakeChar("Tt ") || !ParseClock(scan, &seconds, &ns) ||
                       !ParseZone(scan, &zone_seconds))) {
    return false;
  }
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  *time = (days * 86'400 + seconds - zone_seconds) * kNsPerSecond + ns;
  return true;
}

bool ParseAgo(std::string_view text, TimeNs now, TimeNs* time) {
  Scanner scan(text);
  int64_t amount = 0;
  if (!scan.TakeNumber(1, 9, &amount) || !scan.TakeChar("smhd") || !scan.done()) {
    return false;
  }
  const int64_t unit = scan.taken() == 's'   ? 1
                       : scan.taken() == 'm' ? 60
                       : scan.taken() == 'h' ? 3600
                                             : 86'400;
  if (amount > 36'500LL * 86'400 / unit) {
    return false;
  }
  *time = now - amount * unit * kNsPerSecond;
  return true;
}

bool ParseEpoch(std::string_view text, TimeNs* time) {
  Scanner scan(text);
  int64_t seconds = 0;
  int64_t ns = 0;
  if (!scan.TakeNumber(1, 10, &seconds) || seconds > INT64_MAX / kNsPerSecond - 1 ||
      !scan.TakeFraction(&ns) || !scan.done()) {
    return false;
  }
  *time = seconds * kNsPerSecond + ns;
  return true;
}

}  // namespace

std::string FormatTime(TimeNs time) {
  std::string text(kTimeTextLength, '\0');
  FormatTimeInto(time, std::span<char, kTimeTextLength>(text));
  return text;
}

void FormatTimeInto(TimeNs time, std::span<char, kTimeTextLength> text) {
  // By hand: an export writes a dozen of them for each exchange. Whole seconds first, for the first
  // day does not begin within the range of nanoseconds.
  const int64_t ns = (time % kNsPerSecond + kNsPerSecond) % kNsPerSecond;
  const std::chrono::sys_seconds second{
      std::chrono::seconds(time / kNsPerSecond - (time % kNsPerSecond < 0 ? 1 : 0))};
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(second - day);
  std::ranges::copy(std::string_view("0000-00-00T00:00:00.000000000Z"), text.begin());
  const auto put = [text](size_t end, int64_t value) {
    for (; value > 0; value /= 10) {
      text[--end] = static_cast<char>('0' + value % 10);
    }
  };
  put(4, static_cast<int>(date.year()));
  put(7, static_cast<unsigned>(date.month()));
  put(10, static_cast<unsigned>(date.day()));
  put(13, clock.hours().count());
  put(16, clock.minutes().count());
  put(19, clock.seconds().count());
  put(29, ns);
}

Result<TimeNs> ParseTime(std::string_view text, TimeNs now) {
  TimeNs time = 0;
  const bool ok = text.starts_with('-')   ? ParseAgo(text.substr(1), now, &time)
                  : text.starts_with('@') ? ParseEpoch(text.substr(1), &time)
                                          : ParseCalendar(text, &time);
  if (!ok) {
    return Fail(ErrorCode::kUsage, fmt::format("'{}' is not a time", text), kForms);
  }
  return time;
}

TimeNs WallClockNow() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace trafrec
