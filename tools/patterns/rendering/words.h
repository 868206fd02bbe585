#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/patterns/analysis/report.h"

// What a report says in sentences, in the terminal and on the page. Recorded bytes in it are made
// harmless for terminals; they are valid UTF-8.

namespace trafrec::patterns {

/// "Monday".
const char* WeekdayName(int weekday);
/// "mutations", "queries", "unknown".
const char* KindName(Kind kind);
/// "03:10".
std::string ClockText(int second_of_day);
/// "10 min", "90 s", "2 h": a round length.
std::string LengthText(int64_t ns);
/// "kernel_drop" as "the kernel dropped packets".
std::string CauseText(std::string_view cause);
/// "12.4", "0.03", "1,234": a mean.
std::string MeanText(double value);
/// Exchanges in a second as "12/s", "3/min" or "2/h".
std::string RateText(uint64_t count, int64_t ns);

/// From when to when, and how much of it is sure to be whole.
std::string RangeSentence(const Report& report, Calendar& calendar);

/// The quietest windows, a paragraph each: a heading and what to expect.
struct QuietText {
  std::string heading;
  std::string text;
};
std::vector<QuietText> QuietTexts(const Quiet& quiet, Calendar& calendar);
/// What the figures of quiet windows mean.
std::string QuietExplanation(const Quiet& quiet);

/// "elasticsearch-py 7.10.1 (Python 3.11.7)"; "" if the User-Agent names nothing.
std::string AgentText(std::string_view user_agent);
/// The most frequent names first, at most `most`, and how many more there are.
std::string NamesText(const std::map<std::string, uint64_t>& names, size_t most, bool more);
/// What is left out of a list, or "".
std::string FloorSentence(uint64_t floor, std::string_view things);

}  // namespace trafrec::patterns
