#include "tools/patterns/rendering/terminal_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/help_text.h"
#include "tools/patterns/rendering/terminal_bars.h"
#include "tools/patterns/rendering/words.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::patterns {
namespace {

using tools::ClipToWidth;
using tools::CountOf;
using tools::EscapeForTerminal;
using tools::Percent;
using tools::ShortBytes;
using tools::ShortDuration;
using tools::Tone;
using tools::WithCommas;

/// Rows of traffic over time: about a screen.
constexpr size_t kTimeRowsMax = 24;
/// From this width on lists have their further columns.
constexpr size_t kWideColumns = 76;
constexpr size_t kHolesShown = 5;
constexpr size_t kNamesShown = 6;

/// One row of a plot of bars.
struct BarRow {
  std::string label;
  std::array<double, kKinds> values{};
  std::string figure{};
  const char* instead = nullptr;  ///< in the place of a bar, if none of it is whole
  bool partly = false;            ///< traffic may be missing in a part
};

class Printer {
 public:
  Printer(const Report& report, const ReportContext& context, Calendar& calendar,
          const TerminalStyle& style)
      : report_(report), context_(context), calendar_(calendar), style_(style) {}

  std::string Print();

 private:
  void Heading(std::string_view text, std::string_view more = {}) {
    const bool fits = !more.empty() && text.size() + 2 + more.size() <= style_.width;
    out_ += "\n" + style_.paint(Tone::kBold, text) +
            (fits ? style_.paint(Tone::kDim, fmt::format("  {}", more)) : "") + "\n";
  }
  void Paragraph(std::string_view text, std::string_view first = "  ") {
    std::string lines = tools::Wrapped(text, first.size(), style_.width);
    out_ += lines.replace(0, first.size(), first);
  }
  void Bars(const std::vector<BarRow>& rows);
  void Sums();
  void OverTime();
  void OverCalendar();
  void Answers();
  void Distributions();
  void Shapes();
  void Clients();
  void Indices();
  void QuietWindows();
  bool wide() const { return style_.width >= kWideColumns; }

  const Report& report_;
  const ReportContext& context_;
  Calendar& calendar_;
  const TerminalStyle& style_;
  std::string out_;
};

/// `moment`: not what returns each day or week, which a hole on one of many days does not mark.
BarRow RowOf(std::string label, const Cell& cell, bool moment) {
  BarRow row{.label = std::move(label)};
  if (cell.whole_ns == 0) {
    row.instead = cell.hole_ns > 0 ? "? traffic may be missing" : "not in the log";
    row.figure = cell.all > 0 ? ">=" + RateText(cell.all, cell.hole_ns) : "-";
    return row;
  }
  row.partly = moment && cell.hole_ns > 0;
  for (size_t kind = 0; kind < kKinds; ++kind) {
    row.values[kind] = static_cast<double>(cell.whole[kind]) / static_cast<double>(cell.whole_ns);
  }
  row.figure = RateText(cell.whole_all(), cell.whole_ns);
  return row;
}

void Printer::Bars(const std::vector<BarRow>& rows) {
  double most = 0;
  size_t label_width = 0;
  size_t figure_width = 0;
  for (const BarRow& row : rows) {
    most = std::max(most, row.values[0] + row.values[1] + row.values[2]);
    label_width = std::max(label_width, row.label.size());
    figure_width = std::max(figure_width, row.figure.size());
  }
  const size_t used = label_width + figure_width + 7;
  const size_t columns = style_.width > used + 8 ? style_.width - used : 8;
  for (const BarRow& row : rows) {
    out_ += fmt::format("  {:<{}} {:>{}}", row.label, label_width, row.figure, figure_width);
    const std::string bar = row.instead != nullptr
                                ? style_.paint(row.instead[0] == '?' ? Tone::kRed : Tone::kDim,
                                               ClipToWidth(row.instead, columns))
                                : StackedBar(row.values, most, columns, style_.paint);
    out_ += bar.empty() ? "" : " " + bar;
    out_ += row.partly ? style_.paint(Tone::kRed, " ?") : "";
    out_ += "\n";
  }
}

void Printer::Sums() {
  out_ += style_.paint(Tone::kBold, EscapeForTerminal(context_.log)) + ": " +
          CountOf(report_.exchanges, "exchange") + (context_.filtered ? " that fit" : "") + "\n";
  Paragraph(RangeSentence(report_, calendar_));
  for (size_t i = 0; report_.coverage && i < std::min(kHolesShown, report_.coverage->holes.size());
       ++i) {
    const Hole& hole = report_.coverage->holes[i];
    std::string causes;
    for (const std::string& cause : hole.causes) {
      causes += (causes.empty() ? "" : ", ") + CauseText(cause);
    }
    Paragraph(
        fmt::format("{} to {}: {}", calendar_.Text(hole.from), calendar_.Text(hole.until), causes),
        "    - ");
  }
  if (report_.coverage && report_.coverage->holes.size() > kHolesShown) {
    Paragraph(fmt::format("and {} more (--json has them)",
                          WithCommas(report_.coverage->holes.size() - kHolesShown)),
              "    - ");
  }
  for (const std::string& note : context_.notes) {
    Paragraph(EscapeForTerminal(note), "  ! ");
  }
  std::string text;
  for (const Kind kind : {Kind::kMutation, Kind::kQuery, Kind::kUnknown}) {
    const uint64_t count = report_.kinds[static_cast<size_t>(kind)];
    if (count > 0 || kind != Kind::kUnknown) {
      text += fmt::format("{}{} {} ({})", text.empty() ? "" : ", ", WithCommas(count),
                          KindName(kind), Percent(count, report_.exchanges));
    }
  }
  if (report_.operations != report_.kinds[0]) {
    text += fmt::format("; the mutations carry {} writes", WithCommas(report_.operations));
  }
  Paragraph(text);
  out_ += "  " + BarLegend(style_.paint) + "\n";
}

void Printer::OverTime() {
  if (report_.timeline.empty()) {
    return;
  }
  const Timeline rows = report_.timeline.Coarser(kTimeRowsMax, kNsPerSecond);
  const int64_t width = rows.width_ns();
  // Rates of coarse slots count only what was recorded: the fine slots know.
  std::vector<Cell> cells(rows.size());
  for (size_t i = 0; i < report_.timeline.size(); ++i) {
    cells[rows.index_of(report_.timeline.begin_of(i))].Add(report_.timeline.slot(i),
                                                           report_.timeline.width_ns());
  }
  std::vector<BarRow> bars;
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string time = calendar_.Text(rows.begin_of(i));
    bars.push_back(RowOf(width >= 86'400 * kNsPerSecond ? time.substr(0, 10)
                         : width >= 60 * kNsPerSecond   ? time.substr(5, 11)
                                                        : time.substr(11),
                         cells[i], true));
  }
  Heading("Traffic over time", fmt::format("a row is {}", LengthText(width)));
  Bars(bars);
}

void Printer::OverCalendar() {
  const auto known = [](const auto& cells) {
    return std::ranges::count_if(cells,
                                 [](const Cell& cell) { return cell.whole_ns + cell.hole_ns > 0; });
  };
  const std::string rates = fmt::format("{}, mean of what was recorded", calendar_.zone());
  if (known(report_.hours) > 1) {
    std::vector<BarRow> rows;
    for (size_t hour = 0; hour < report_.hours.size(); ++hour) {
      rows.push_back(RowOf(fmt::format("{:02}:00", hour), report_.hours[hour], false));
    }
    Heading("By hour of the day", rates);
    Bars(rows);
  }
  if (known(report_.weekdays) > 1) {
    std::vector<BarRow> rows;
    for (size_t day = 0; day < report_.weekdays.size(); ++day) {
      rows.push_back(RowOf(WeekdayName(static_cast<int>(day)), report_.weekdays[day], false));
    }
    Heading("By weekday", rates);
    Bars(rows);
  }
}

void Printer::Answers() {
  Heading("Answers");
  for (const auto& [status, count] : report_.statuses) {
    const Tone tone = status >= 500 || status == 0 ? Tone::kRed
                      : status >= 400              ? Tone::kYellow
                                                   : Tone::kPlain;
    out_ += fmt::format("  {} {:>12}  {}\n",
                        style_.paint(tone, status == 0 ? "none" : fmt::format("{:<4}", status)),
                        WithCommas(count), Percent(count, report_.exchanges));
  }
}

void Printer::Distributions() {
  std::vector<std::pair<double, const char*>> quantiles = {{0.5, "p50"}, {0.99, "p99"}};
  if (wide()) {
    quantiles = {{0.5, "p50"}, {0.9, "p90"}, {0.99, "p99"}, {0.999, "p99.9"}};
  }
  const auto line = [&](std::string_view name, const Histogram& histogram, const auto& text) {
    if (histogram.count() == 0) {
      return;
    }
    out_ += fmt::format("  {:<10}", name);
    for (const auto& [share, label] : quantiles) {
      out_ += fmt::format(" {:>8}", text(histogram.Quantile(share)));
    }
    out_ += fmt::format(" {:>8}\n", text(histogram.greatest()));
  };
  const auto time = [](int64_t ns) { return ShortDuration(ns); };
  const auto size = [](int64_t bytes) { return ShortBytes(static_cast<uint64_t>(bytes)); };
  Heading("Latency and sizes", "percentiles within 0.8%");
  std::string labels = fmt::format("  {:<10}", "");
  for (const auto& [share, label] : quantiles) {
    labels += fmt::format(" {:>8}", label);
  }
  out_ += style_.paint(Tone::kDim, labels + fmt::format(" {:>8}", "max")) + "\n";
  line("all", report_.latency_all, time);
  for (const Kind kind : {Kind::kMutation, Kind::kQuery, Kind::kUnknown}) {
    line(KindName(kind), report_.latency[static_cast<size_t>(kind)], time);
  }
  line("request B", report_.request_bytes, size);
  line("answer B", report_.response_bytes, size);
}

void Printer::Shapes() {
  if (report_.shapes.entries.empty()) {
    return;
  }
  Heading("Request shapes",
          fmt::format("{} of {}{}", std::min(style_.top, report_.shapes.entries.size()),
                      WithCommas(report_.shapes.entries.size()),
                      report_.shapes.floor > 0 ? " and more" : ""));
  out_ += style_.paint(Tone::kDim,
                       fmt::format("  {:>9} {:>6}{}", "count", "share",
                                   wide() ? "      p50      p99   4xx   5xx  shape" : "  shape")) +
          "\n";
  for (size_t i = 0; i < std::min(style_.top, report_.shapes.entries.size()); ++i) {
    const auto& [key, count, missed, facts] = report_.shapes.entries[i];
    std::string line =
        fmt::format("  {:>9} {:>6}", WithCommas(count), Percent(count, report_.exchanges));
    if (wide()) {
      line +=
          fmt::format(" {:>8} {:>8} {:>5} {:>5}",
                      facts.latency.count() > 0 ? ShortDuration(facts.latency.Quantile(0.5)) : "-",
                      facts.latency.count() > 0 ? ShortDuration(facts.latency.Quantile(0.99)) : "-",
                      facts.client_errors, facts.failures);
    }
    const size_t room = style_.width > line.size() + 10 ? style_.width - line.size() - 2 : 8;
    const std::string shape = ClipToWidth(EscapeForTerminal(key), room);
    out_ += line + "  " + (facts.mutations > 0 ? style_.paint(Tone::kYellow, shape) : shape) + "\n";
  }
  if (const std::string more = FloorSentence(report_.shapes.floor, "shapes"); !more.empty()) {
    Paragraph(more);
  }
}

void Printer::Clients() {
  if (report_.clients.entries.empty()) {
    return;
  }
  Heading("Clients", "who must be told of a move");
  const size_t shown = std::min(style_.top, report_.clients.entries.size());
  for (size_t i = 0; i < shown; ++i) {
    const auto& [key, count, missed, facts] = report_.clients.entries[i];
    const std::string agent = AgentText(facts.user_agent);
    const std::string name = (facts.address.empty() ? "address not known" : facts.address) + "  " +
                             (agent.empty() ? "no User-Agent" : agent);
    out_ += "  " +
            style_.paint(Tone::kCyan, ClipToWidth(name, std::max<size_t>(style_.width, 18) - 2)) +
            "\n";
    std::string text =
        fmt::format("{} ({} mutations), last seen {}", CountOf(count, "exchange"),
                    Percent(facts.exchanges[0], count), calendar_.Text(facts.last_seen));
    if (!facts.indices.empty()) {
      text += "; indices " + NamesText(facts.indices, kNamesShown, facts.more_names);
    }
    if (!facts.apis.empty()) {
      text += "; APIs " + NamesText(facts.apis, kNamesShown, false);
    }
    Paragraph(text, "      ");
  }
  if (report_.clients.entries.size() > shown) {
    Paragraph(fmt::format("and {} more (--top, --json)",
                          WithCommas(report_.clients.entries.size() - shown)));
  }
  if (const std::string more = FloorSentence(report_.clients.floor, "clients"); !more.empty()) {
    Paragraph(more);
  }
}

void Printer::Indices() {
  if (report_.indices.entries.empty()) {
    return;
  }
  Heading("Indices", "as requests name them");
  for (size_t i = 0; i < std::min(style_.top, report_.indices.entries.size()); ++i) {
    const auto& [key, count, missed, facts] = report_.indices.entries[i];
    const std::string line = fmt::format("  {:>9} {:>12}  ", WithCommas(count),
                                         Percent(facts.exchanges[0], count) + " writes");
    out_ += line +
            ClipToWidth(EscapeForTerminal(key),
                        style_.width > line.size() + 8 ? style_.width - line.size() : 8) +
            "\n";
  }
  if (const std::string more = FloorSentence(report_.indices.floor, "indices"); !more.empty()) {
    Paragraph(more);
  }
}

void Printer::QuietWindows() {
  Heading(fmt::format("Quietest {}", LengthText(report_.quiet.window_ns)), "when to cut over");
  for (const QuietText& text : QuietTexts(report_.quiet, calendar_)) {
    out_ += style_.paint(Tone::kGreen, tools::Wrapped(text.heading, 2, style_.width));
    Paragraph(text.text, "      ");
  }
  Paragraph(QuietExplanation(report_.quiet));
}

std::string Printer::Print() {
  Sums();
  if (report_.exchanges > 0) {
    OverTime();
    OverCalendar();
    Answers();
    Distributions();
    Shapes();
    Clients();
    Indices();
  }
  QuietWindows();
  return style_.utf8 ? out_ : ToAscii(out_);
}

}  // namespace

std::string TerminalReport(const Report& report, const ReportContext& context, Calendar& calendar,
                           const TerminalStyle& style) {
  return Printer(report, context, calendar, style).Print();
}

}  // namespace trafrec::patterns
