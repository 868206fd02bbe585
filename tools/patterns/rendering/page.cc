#include "tools/patterns/rendering/page.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/page/html.h"
#include "tools/page/resources.h"
#include "tools/patterns/rendering/page_lists.h"
#include "tools/patterns/rendering/plots.h"
#include "tools/patterns/rendering/resources.h"
#include "tools/patterns/rendering/words.h"
#include "tools/units.h"
#include "tools/version.h"

namespace trafrec::patterns {
namespace {

using tools::Percent;
using tools::WithCommas;

/// Columns of traffic over time: more are narrower than a pixel of a phone.
constexpr size_t kColumnsMax = 240;
constexpr size_t kHolesShown = 100;

std::string KindsText(const std::array<uint64_t, kKinds>& kinds) {
  std::string text =
      fmt::format("{} mutations, {} queries", WithCommas(kinds[0]), WithCommas(kinds[1]));
  return kinds[2] == 0 ? text : text + fmt::format(", {} unknown", WithCommas(kinds[2]));
}

/// A column of rates, over the time that was recorded without a hole. A moment is hatched if any of
/// it is a hole; what returns each day or week, if nothing else is known of it.
Column ColumnOf(const std::string& label, const Cell& cell, bool moment) {
  Column column;
  column.hole = cell.hole_ns > 0 && (moment || cell.whole_ns == 0);
  column.says = label + ": ";
  if (cell.whole_ns == 0) {
    column.says += cell.hole_ns == 0 ? "not in the log"
                   : cell.all == 0   ? "traffic may be missing here"
                                     : "at least " + tools::CountOf(cell.all, "exchange") +
                                         ", traffic may be missing here";
    return column;
  }
  for (size_t kind = 0; kind < kKinds; ++kind) {
    column.values[kind] =
        static_cast<double>(cell.whole[kind]) / static_cast<double>(cell.whole_ns);
  }
  column.says += RateText(cell.whole_all(), cell.whole_ns) + " (" + KindsText(cell.whole) + ")";
  column.says += cell.hole_ns > 0 ? ", and traffic may be missing in a part" : "";
  return column;
}

/// The rate at the top of a plot.
std::string MostOf(const std::vector<Cell>& cells) {
  const Cell* most = nullptr;
  const auto rate = [](const Cell& cell) {
    return static_cast<double>(cell.whole_all()) / static_cast<double>(cell.whole_ns);
  };
  for (const Cell& cell : cells) {
    if (cell.whole_ns > 0 && (most == nullptr || rate(cell) > rate(*most))) {
      most = &cell;
    }
  }
  return most == nullptr ? "" : RateText(most->whole_all(), most->whole_ns);
}

std::string Cards(const Report& report) {
  std::string out = "<dl class=\"cards\">";
  const auto card = [&](const std::string& name, const std::string& value) {
    out += "<div><dt>" + name + "</dt><dd>" + value + "</dd></div>";
  };
  card("exchanges", WithCommas(report.exchanges));
  card("mutations",
       WithCommas(report.kinds[0]) + " (" + Percent(report.kinds[0], report.exchanges) + ")");
  if (report.operations != report.kinds[0]) {
    card("writes in them", WithCommas(report.operations));
  }
  card("queries",
       WithCommas(report.kinds[1]) + " (" + Percent(report.kinds[1], report.exchanges) + ")");
  card("5xx or no answer", WithCommas(report.failures));
  card("latency p99", tools::HumanDuration(report.latency_all.Quantile(0.99)));
  card("clients",
       WithCommas(report.clients.entries.size()) + (report.clients.floor > 0 ? " and more" : ""));
  return out + "</dl>\n";
}

std::string QuietSection(const Report& report, Calendar& calendar) {
  std::string out =
      fmt::format("<section id=\"quiet\"><h2>When to cut over: the quietest {}</h2>\n",
                  LengthText(report.quiet.window_ns));
  for (const QuietText& text : QuietTexts(report.quiet, calendar)) {
    out += "<div class=\"quiet\"><h3>" + page::Html(text.heading) + "</h3><p>" +
           page::Html(text.text) + "</p></div>\n";
  }
  return out + "<p>" + page::Html(QuietExplanation(report.quiet)) + "</p></section>\n";
}

std::string TimePlot(const Report& report, Calendar& calendar) {
  const Timeline columns = report.timeline.Coarser(kColumnsMax, kNsPerSecond);
  std::vector<Cell> cells(columns.size());
  for (size_t i = 0; i < report.timeline.size(); ++i) {
    cells[columns.index_of(report.timeline.begin_of(i))].Add(report.timeline.slot(i),
                                                             report.timeline.width_ns());
  }
  std::vector<Column> plotted;
  for (size_t i = 0; i < cells.size(); ++i) {
    plotted.push_back(ColumnOf(calendar.Text(columns.begin_of(i)), cells[i], true));
  }
  const TimeNs end = columns.begin_of(columns.size() - 1) + columns.width_ns();
  return ColumnPlot(plotted, {.caption = fmt::format("Exchanges over time, a column is {}",
                                                     LengthText(columns.width_ns())),
                              .most = MostOf(cells),
                              .axis = {calendar.Text(columns.begin_of(0)).substr(0, 16),
                                       calendar.Text(end).substr(0, 16)}});
}

std::string TimeSection(const Report& report, Calendar& calendar) {
  std::string out = "<section id=\"time\"><h2>Traffic</h2>\n" + PlotKey();
  out += TimePlot(report, calendar);
  std::vector<Column> hours;
  for (size_t hour = 0; hour < report.hours.size(); ++hour) {
    hours.push_back(ColumnOf(fmt::format("{:02}:00", hour), report.hours[hour], false));
  }
  std::vector<Column> days;
  for (size_t day = 0; day < report.weekdays.size(); ++day) {
    days.push_back(ColumnOf(WeekdayName(static_cast<int>(day)), report.weekdays[day], false));
  }
  out += "<div class=\"two\">" +
         ColumnPlot(hours, {.caption = "By hour of the day, " + calendar.zone(),
                            .most = MostOf({report.hours.begin(), report.hours.end()}),
                            .axis = {"0h", "6h", "12h", "18h", "24h"}}) +
         ColumnPlot(days, {.caption = "By weekday, " + calendar.zone(),
                           .most = MostOf({report.weekdays.begin(), report.weekdays.end()}),
                           .axis = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
                           .axis_centred = true}) +
         "</div>\n<h3>By weekday and hour</h3>\n" + HeatTable(report.week);
  out += "<p class=\"soft\">Rates are means over the time that was recorded without a hole.</p>\n";
  return out + "</section>\n";
}

std::string HolesSection(const Report& report, Calendar& calendar) {
  if (!report.coverage || report.coverage->holes.empty()) {
    return "";
  }
  const std::vector<Hole>& holes = report.coverage->holes;
  std::string out =
      fmt::format("<details><summary>Where traffic may be missing: {}</summary><ul>\n",
                  tools::CountOf(holes.size(), "hole"));
  for (size_t i = 0; i < std::min(kHolesShown, holes.size()); ++i) {
    std::string causes;
    for (const std::string& cause : holes[i].causes) {
      causes += (causes.empty() ? "" : ", ") + CauseText(cause);
    }
    out += "<li>" +
           page::Html(fmt::format("{} to {}: {}", calendar.Text(holes[i].from),
                                  calendar.Text(holes[i].until), causes)) +
           "</li>\n";
  }
  out += holes.size() > kHolesShown
             ? fmt::format("<li>and {} more</li>\n", WithCommas(holes.size() - kHolesShown))
             : "";
  return out + "</ul></details>\n";
}

std::string Notes(const ReportContext& context) {
  std::string out;
  if (context.filtered) {
    out += "<li>Only the exchanges that fit the filters are in these figures.</li>\n";
  }
  for (const std::string& note : context.notes) {
    out += "<li>" + page::Html(note) + "</li>\n";
  }
  return out.empty() ? "" : "<ul class=\"notes\">" + out + "</ul>";
}

}  // namespace

std::string HtmlPage(const Report& report, const ReportContext& context, Calendar& calendar,
                     size_t top) {
  std::string main = Cards(report) + QuietSection(report, calendar);
  if (report.exchanges > 0) {
    main += TimeSection(report, calendar) + HolesSection(report, calendar) +
            AnswersSection(report) + ShapesSection(report, top) +
            ClientsSection(report, top, calendar) + IndicesSection(report, top, calendar);
  }
  return page::Filled(
      kPageHtml,
      {{"head", page::Head("Traffic of " + page::Html(context.log), kPageCss, page::kPageJs)},
       {"log", page::Html(context.log)},
       {"range", page::Html(RangeSentence(report, calendar))},
       {"notes", Notes(context)},
       {"main", main},
       {"version", page::Html(std::string("trafrec ") + tools::kVersion)},
       {"script", std::string(page::kPageJs)}});
}

}  // namespace trafrec::patterns
