#include "tools/patterns/rendering/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tools/page/html.h"
#include "tools/patterns/rendering/words.h"
#include "tools/units.h"

namespace trafrec::patterns {
namespace {

constexpr double kHeight = 100;
constexpr std::array kClasses = {"m", "q", "u"};
/// Of a column that is not nothing, so that it shows.
constexpr double kLeastHeight = 1;

double SumOf(const Column& column) {
  return column.values[0] + column.values[1] + column.values[2];
}

void AppendColumn(std::string& out, size_t at, const Column& column, double most) {
  auto put = std::back_inserter(out);
  fmt::format_to(put, "<g><title>{}</title>", page::Html(column.says));
  if (column.hole) {
    fmt::format_to(put, R"(<rect class="hole" x="{}" width="1" height="100"/>)", at);
  }
  double top = kHeight;
  for (size_t kind = 0; kind < kKinds && most > 0; ++kind) {
    if (column.values[kind] > 0) {
      const double height = std::max(column.values[kind] / most * kHeight, kLeastHeight);
      top = std::max(top - height, 0.0);
      fmt::format_to(put, R"(<rect class="{}" x="{}" y="{:.2f}" width=".9" height="{:.2f}"/>)",
                     kClasses[kind], at, top, height);
    }
  }
  fmt::format_to(put, R"(<rect class="pick" x="{}" width="1" height="100"/></g>)", at);
}

}  // namespace

std::string ColumnPlot(const std::vector<Column>& columns, const PlotText& text) {
  double most = 0;
  for (const Column& column : columns) {
    most = std::max(most, SumOf(column));
  }
  std::string out = fmt::format(
      R"(<figure><figcaption>{0}<span class="most">top: {2}</span></figcaption><div class="plot">)"
      R"(<svg data-plot viewBox="0 0 {1} 100" preserveAspectRatio="none" role="img" aria-label="{0}">)",
      page::Html(text.caption), std::max<size_t>(columns.size(), 1), page::Html(text.most));
  for (size_t at = 0; at < columns.size(); ++at) {
    AppendColumn(out, at, columns[at], most);
  }
  out += R"(</svg></div><div class="axis)";
  out += text.axis_centred ? R"( centred">)" : R"(">)";
  for (const std::string& label : text.axis) {
    out += "<span>" + page::Html(label) + "</span>";
  }
  return out + "</div></figure>\n";
}

std::string HeatTable(const std::array<std::array<Cell, 24>, 7>& week) {
  const auto rate = [](const Cell& cell) {
    return cell.whole_ns == 0
               ? 0
               : static_cast<double>(cell.whole_all()) / static_cast<double>(cell.whole_ns);
  };
  double most = 0;
  for (const auto& day : week) {
    for (const Cell& cell : day) {
      most = std::max(most, rate(cell));
    }
  }
  std::string out = R"(<div class="scroll"><table class="heat"><thead><tr><th></th>)";
  for (int hour = 0; hour < 24; ++hour) {
    out += hour % 6 == 0 ? fmt::format(R"(<th scope="col">{}h</th>)", hour) : "<th></th>";
  }
  out += "</tr></thead><tbody>";
  for (size_t day = 0; day < week.size(); ++day) {
    const std::string name = WeekdayName(static_cast<int>(day));
    out += R"(<tr><th scope="row">)" + name.substr(0, 3) + "</th>";
    for (size_t hour = 0; hour < week[day].size(); ++hour) {
      const Cell& cell = week[day][hour];
      if (cell.whole_ns == 0) {
        out += fmt::format(R"(<td class="{}" title="{} {:02}:00: {}"></td>)",
                           cell.hole_ns > 0 ? "hole" : "never", name, hour,
                           cell.hole_ns > 0 ? "traffic may be missing" : "not in the log");
      } else {
        out += fmt::format(R"(<td style="--v:{:.3f}" title="{} {:02}:00: {}"></td>)",
                           most > 0 ? rate(cell) / most : 0, name, hour,
                           RateText(cell.whole_all(), cell.whole_ns));
      }
    }
    out += "</tr>";
  }
  return out + "</tbody></table></div>\n";
}

std::string PlotKey() {
  return R"(<p class="key"><span><i class="m"></i>mutations</span><span><i class="q"></i>queries</span>)"
         R"(<span><i class="u"></i>unknown</span><span><i class="h"></i>traffic may be missing</span>)"
         R"(<svg width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" )"
         R"(patternUnits="userSpaceOnUse" width="1" height="6"><rect width="1" height="2"/></pattern>)"
         "</defs></svg></p>\n";
}

}  // namespace trafrec::patterns
