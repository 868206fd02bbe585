#include "tools/patterns/analysis/calendar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>

namespace trafrec::patterns {
namespace {

constexpr int64_t kDayS = 86'400;
constexpr int64_t kQuarterS = 900;

int64_t FloorDiv(int64_t value, int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

std::filesystem::path ZoneFolder() {
  const char* folder = std::getenv("TZDIR");  // NOLINT(concurrency-mt-unsafe): one thread
  return folder != nullptr ? folder : "/usr/share/zoneinfo";
}

/// A name, and no way out of the folder: the C library would open any path.
bool IsZoneName(const std::string& zone) {
  return !zone.empty() && zone.front() != '/' && zone.front() != '.' &&
         zone.find("..") == std::string::npos && std::ranges::all_of(zone, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '/' || c == '_' || c == '-' || c == '+';
         });
}

}  // namespace

Result<Calendar> Calendar::Make(const std::string& zone) {
  if (zone != "UTC") {
    std::error_code error;
    if (!IsZoneName(zone)) {
      return Fail(ErrorCode::kUsage, "--timezone: '" + zone + "' is no name of a time zone",
                  "as in: --timezone Europe/Berlin");
    }
    if (!std::filesystem::is_regular_file(ZoneFolder() / zone, error)) {
      return Fail(ErrorCode::kUsage,
                  "--timezone: there is no time zone '" + zone + "' in " + ZoneFolder().string(),
                  "names are as in Europe/Berlin; the package tzdata brings them. Or use UTC");
    }
    setenv("TZ", (":" + zone).c_str(), 1);  // NOLINT(concurrency-mt-unsafe): one thread
    tzset();
  }
  return Calendar(zone);
}

int64_t Calendar::OffsetS(int64_t time_s) {
  if (zone_ == "UTC") {
    return 0;
  }
  if (const int64_t quarter = FloorDiv(time_s, kQuarterS); quarter != quarter_) {
    const time_t then = quarter * kQuarterS;
    std::tm local{};
    localtime_r(&then, &local);
    offset_s_ = local.tm_gmtoff;
    quarter_ = quarter;
  }
  return offset_s_;
}

LocalTime Calendar::At(TimeNs time) {
  const int64_t utc_s = FloorDiv(time, kNsPerSecond);
  const int64_t local_s = utc_s + OffsetS(utc_s);
  const int64_t day = FloorDiv(local_s, kDayS);
  // 1970-01-01 was a Thursday.
  const int64_t weekday = ((day + 3) % 7 + 7) % 7;
  return {.weekday = static_cast<int>(weekday),
          .second_of_day = static_cast<int>(local_s - day * kDayS),
          .day = day};
}

std::string Calendar::Text(TimeNs time) {
  const int64_t utc_s = FloorDiv(time, kNsPerSecond);
  std::string text = FormatTime((utc_s + OffsetS(utc_s)) * kNsPerSecond).substr(0, 19);
  text[10] = ' ';
  return text;
}

}  // namespace trafrec::patterns
