#include "tools/patterns/rendering/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "tools/terminal.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::patterns {
namespace {

using tools::CountOf;
using tools::EscapeForTerminal;
using tools::HumanDuration;
using tools::Percent;
using tools::WithCommas;

/// Of a name in a list of names.
constexpr size_t kNameColumnsMax = 40;
constexpr int64_t kMinuteNs = 60 * kNsPerSecond;
constexpr int64_t kHourNs = 60 * kMinuteNs;

/// "41 mutations (1,204 writes)"; the writes only where they are others.
std::string MutationsText(const std::string& mutations, bool one, const std::string& writes) {
  std::string text = mutations + (one ? " mutation" : " mutations");
  return writes == mutations ? text : text + " (" + writes + " writes)";
}

std::string WaitingText(const Writes& writes, double mean) {
  if (writes.mutations == 0) {
    return "none was waiting for its answer";
  }
  return fmt::format(
      "at most {} at one time, {} on average; the slowest was answered after {}",
      CountOf(writes.in_flight_max, "mutation was waiting", "mutations were waiting"),
      MeanText(mean), HumanDuration(writes.slowest_ns));
}

QuietText OnceText(const QuietOnce& once, int64_t window_ns, Calendar& calendar) {
  const Writes& writes = once.writes;
  QuietText text;
  text.heading = fmt::format("in this log: {} to {} {}", calendar.Text(once.from),
                             calendar.Text(once.from + window_ns).substr(11), calendar.zone());
  text.text = fmt::format("{}, {}; {}.",
                          MutationsText(WithCommas(writes.mutations), writes.mutations == 1,
                                        WithCommas(writes.operations)),
                          CountOf(writes.others, "other request"),
                          WaitingText(writes, static_cast<double>(writes.in_flight_ns) /
                                                  static_cast<double>(window_ns)));
  if (writes.unanswered > 0) {
    text.text += fmt::format(" No answer was seen to {} of them.", WithCommas(writes.unanswered));
  }
  return text;
}

QuietText AgainText(const QuietAgain& again, int64_t window_ns, Calendar& calendar) {
  const auto seen = static_cast<double>(again.seen);
  const auto window_s = static_cast<int>(window_ns / kNsPerSecond);
  const std::string mean = MeanText(static_cast<double>(again.sum.mutations) / seen);
  std::string worst = WithCommas(again.mutations_max);
  worst += again.mutations_max == 0
               ? ""
               : fmt::format(" ({})", calendar.Text(again.worst_from).substr(0, 10));
  QuietText text;
  text.heading = fmt::format(
      "{}: {} to {} {}",
      again.weekday ? std::string("each ") + WeekdayName(*again.weekday) : std::string("each day"),
      ClockText(again.second_of_day), ClockText((again.second_of_day + window_s) % 86'400),
      calendar.zone());
  text.text = fmt::format(
      "recorded whole {} times: {} on average, at most {}; {} other requests on average; {}.",
      WithCommas(again.seen),
      MutationsText(mean, false, MeanText(static_cast<double>(again.sum.operations) / seen)), worst,
      MeanText(static_cast<double>(again.sum.others) / seen),
      WaitingText(again.sum, static_cast<double>(again.sum.in_flight_ns) / seen /
                                 static_cast<double>(window_ns)));
  if (again.skipped > 0) {
    text.text += fmt::format(" {} left out, because traffic may be missing then.",
                             CountOf(again.skipped, "more is", "more are"));
  }
  return text;
}

}  // namespace

const char* WeekdayName(int weekday) {
  static constexpr std::array kNames = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};
  return kNames[static_cast<size_t>(weekday) % kNames.size()];
}

const char* KindName(Kind kind) {
  static constexpr std::array kNames = {"mutations", "queries", "unknown"};
  return kNames[static_cast<size_t>(kind)];
}

std::string ClockText(int second_of_day) {
  return fmt::format("{:02}:{:02}", second_of_day / 3'600, second_of_day / 60 % 60);
}

std::string LengthText(int64_t ns) {
  if (ns % (24 * kHourNs) == 0) {
    return CountOf(static_cast<uint64_t>(ns / (24 * kHourNs)), "day");
  }
  if (ns % kHourNs == 0) {
    return fmt::format("{} h", ns / kHourNs);
  }
  return ns % kMinuteNs == 0 ? fmt::format("{} min", ns / kMinuteNs)
                             : fmt::format("{} s", ns / kNsPerSecond);
}

std::string CauseText(std::string_view cause) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kTexts = {{
      {"not_recording", "nobody recorded"},
      {"deleted", "deleted by retention"},
      {"crash", "the recorder died"},
      {"kernel_drop", "the kernel dropped packets"},
      {"interface_drop", "the interface dropped packets"},
      {"ring_drop", "the recorder dropped packets"},
      {"limit", "a limit of the recorder was reached"},
      {"disk_full", "the disk was full"},
      {"load", "the recorder was overloaded"},
      {"cut_file", "a capture file ends in a packet"},
      {"gap", "bytes of a connection were not captured"},
  }};
  const auto found = std::ranges::find(kTexts, cause, [](const auto& text) { return text.first; });
  return std::string(found == kTexts.end() ? cause : found->second);
}

std::string MeanText(double value) {
  if (value >= 100 || value == 0) {
    return WithCommas(static_cast<uint64_t>(std::llround(value)));
  }
  return value >= 10     ? fmt::format("{:.1f}", value)
         : value >= 0.01 ? fmt::format("{:.2g}", value)
                         : "under 0.01";
}

std::string RateText(uint64_t count, int64_t ns) {
  if (ns <= 0) {
    return "-";
  }
  const double per_second = static_cast<double>(count) * 1e9 / static_cast<double>(ns);
  if (per_second >= 1 || count == 0) {
    return MeanText(per_second) + "/s";
  }
  return per_second * 60 >= 1 ? MeanText(per_second * 60) + "/min"
                              : MeanText(per_second * 3'600) + "/h";
}

std::string RangeSentence(const Report& report, Calendar& calendar) {
  if (!report.coverage) {
    return report.exchanges == 0
               ? "nothing was recorded"
               : "no recorder says from when to when it recorded, so nothing is sure to be whole";
  }
  const Coverage& coverage = *report.coverage;
  const int64_t length = coverage.until - coverage.from;
  std::string text =
      fmt::format("{} to {} {}, {}", calendar.Text(coverage.from), calendar.Text(coverage.until),
                  calendar.zone(), HumanDuration(length));
  if (coverage.holes.empty()) {
    return text + ", without a hole";
  }
  return text + fmt::format("; traffic may be missing in {} ({}, {} of it)",
                            CountOf(coverage.holes.size(), "hole"),
                            HumanDuration(coverage.hole_ns()),
                            Percent(static_cast<uint64_t>(coverage.hole_ns()),
                                    static_cast<uint64_t>(std::max<int64_t>(length, 1))));
}

std::vector<QuietText> QuietTexts(const Quiet& quiet, Calendar& calendar) {
  std::vector<QuietText> texts;
  if (quiet.once) {
    texts.push_back(OnceText(*quiet.once, quiet.window_ns, calendar));
  }
  if (quiet.daily) {
    texts.push_back(AgainText(*quiet.daily, quiet.window_ns, calendar));
  }
  const auto mean = [](const QuietAgain& again) {
    return static_cast<double>(again.sum.mutations) / static_cast<double>(again.seen);
  };
  // One day of the week is worth naming only if it is quieter than all.
  if (quiet.weekly && (!quiet.daily || mean(*quiet.weekly) < mean(*quiet.daily))) {
    texts.push_back(AgainText(*quiet.weekly, quiet.window_ns, calendar));
  }
  return texts;
}

std::string QuietExplanation(const Quiet& quiet) {
  if (!quiet.once) {
    return fmt::format(
        "No {} were recorded without a hole, so none can be called quiet. Ask for less with "
        "--window, or record longer.",
        LengthText(quiet.window_ns));
  }
  std::string text =
      "Stop the writes when the window begins: those in flight then are pending, and answered "
      "after "
      "the time named above if the source is as fast as it was. The mutations counted are those "
      "that clients would have sent meanwhile: they wait, are refused, or must go to both sides. "
      "Windows that a hole touches were not looked at.";
  if (!quiet.daily) {
    text += " A window that returns each day needs a log of two days.";
  }
  return text;
}

std::string AgentText(std::string_view user_agent) {
  const Agent agent = ParseAgent(user_agent);
  std::string text = agent.library;
  text += agent.version.empty() ? "" : " " + agent.version;
  text += agent.runtime.empty() ? "" : " (" + agent.runtime + ")";
  return EscapeForTerminal(text);
}

std::string NamesText(const std::map<std::string, uint64_t>& names, size_t most, bool more) {
  std::vector<std::pair<std::string, uint64_t>> sorted(names.begin(), names.end());
  std::ranges::stable_sort(sorted,
                           [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (size_t i = 0; i < sorted.size() && i < most; ++i) {
    text += (i == 0 ? "" : ", ") +
            tools::ClipToWidth(EscapeForTerminal(sorted[i].first), kNameColumnsMax);
  }
  if (sorted.size() > most || more) {
    text += fmt::format(" and {}{} more", more ? "at least " : "",
                        std::max<size_t>(sorted.size(), most + 1) - most);
  }
  return text;
}

std::string FloorSentence(uint64_t floor, std::string_view things) {
  return floor == 0 ? ""
                    : fmt::format(
                          "There were too many {} to count all: others came at most {} "
                          "times each, and a count may be too low by as much.",
                          things, WithCommas(floor));
}

}  // namespace trafrec::patterns
