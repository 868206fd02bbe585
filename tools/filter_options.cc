#include "tools/filter_options.h"

#include <algorithm>
#include <cctype>

#include "tools/exchange_words.h"
#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

/// "200", "5xx", "none".
bool IsStatusPattern(const std::string& text) {
  if (text == "none") {
    return true;
  }
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  return text.size() == 3 && is_digit(text[0]) &&
         (text.ends_with("xx") || (is_digit(text[1]) && is_digit(text[2])));
}

Status TimeOption(const char* option, const std::string& text, TimeNs now,
                  std::optional<TimeNs>& time) {
  if (text.empty()) {
    return {};
  }
  Result<TimeNs> parsed = ParseTime(text, now);
  if (!parsed) {
    return Fail(ErrorCode::kUsage, std::string(option) + ": " + parsed.error().what,
                parsed.error().remedy);
  }
  time = *parsed;
  return {};
}

}  // namespace

void FilterOptions::AddTo(OptionSet& options) {
  options.Group("Which exchanges");
  options.List("--method", methods_, "METHOD",
               "only these methods; repeatable, or separated by commas");
  options.List("--status", statuses_, "STATUS",
               "only these status codes: 404, 5xx, or none for no response; repeatable, or "
               "separated by commas");
  options.Text("--target", target_, "REGEX",
               "only targets in which this regular expression (RE2) is found anywhere");
  options.Text("--since", since_, "TIME",
               "only what began at this time or later: 2026-11-21T06:48:00Z, '2026-11-21 06:48' "
               "(UTC), @1795243680, -5m");
  options.Text("--until", until_, "TIME", "only what began before this time");
  options.Text("--where", where_, "SQL",
               "only rows of the view 'exchanges' for which this SQL condition holds "
               "(docs/segment_format.md lists the columns)");
  options.List("--flag", flags_, "NAME",
               "only exchanges with this flag, or any of several, by its name or as the table "
               "shows it; repeatable, or separated by commas; a wrong name lists them");
  options.Flag("--complete", complete_, "only exchanges of which nothing is missing");
  options.Flag("--incomplete", incomplete_, "only exchanges of which something is missing");
  options.Exclude("--complete", "--incomplete");
  options.Count("--limit", limit_, "N", "stop after this many exchanges");
}

bool FilterOptions::any() const {
  return !methods_.empty() || !statuses_.empty() || !target_.empty() || !since_.empty() ||
         !until_.empty() || !where_.empty() || !flags_.empty() || complete_ || incomplete_ ||
         limit_ == 0;
}

Result<store::ExchangeFilter> FilterOptions::Make() const {
  store::ExchangeFilter filter;
  filter.methods = methods_;
  for (std::string status : statuses_) {
    std::ranges::transform(status, status.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (!IsStatusPattern(status)) {
      return Fail(ErrorCode::kUsage,
                  "--status: '" + EscapeForTerminal(status) + "' is not a status",
                  "accepted: 404, 5xx, none");
    }
    filter.statuses.push_back(status);
  }
  filter.target_regex = target_;
  const TimeNs now = WallClockNow();
  TRY(TimeOption("--since", since_, now, filter.since));
  TRY(TimeOption("--until", until_, now, filter.until));
  filter.where = where_;
  for (const std::string& name : flags_) {
    TRY_ASSIGN(const store::Flag flag, FlagOfAnyName(name));
    filter.flags_any |= FlagBit(flag);
  }
  filter.complete_only = complete_;
  filter.incomplete_only = incomplete_;
  filter.limit = limit_;
  return filter;
}

}  // namespace trafrec::tools
