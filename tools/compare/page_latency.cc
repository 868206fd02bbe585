#include "tools/compare/page_latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/time.h"
#include "tools/compare/latency_text.h"
#include "tools/compare/limits.h"
#include "tools/compare/page_plot.h"
#include "tools/compare/ranked.h"
#include "tools/page/html.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

using compare::LatencyCounts;
using page::Html;

constexpr ValueText kDurations = {.in_words = HumanDuration, .on_axis = ShortDuration};

std::string TimePlot(const compare::Latencies::Timeline& timeline) {
  // Percentiles are far from each other, so the height is by logarithm.
  int64_t least = INT64_MAX;
  int64_t most = 1;
  for (const LatencyCounts& column : timeline.columns) {
    if (column.count() > 0) {
      least = std::min({least, column.source.Quantile(0.5), column.target.Quantile(0.5)});
      most = std::max({most, column.source.Quantile(0.99), column.target.Quantile(0.99)});
    }
  }
  const double low = std::log2(static_cast<double>(std::max<int64_t>(least, 1)));
  const double span = std::max(std::log2(static_cast<double>(most)) - low, 1.0);
  const auto height = [&](const Histogram& histogram, double share) {
    if (histogram.count() == 0) {
      return -1.0;
    }
    const auto value = static_cast<double>(std::max<int64_t>(histogram.Quantile(share), 1));
    return 4 + 92 * std::clamp((std::log2(value) - low) / span, 0.0, 1.0);
  };
  Plot plot("Over the source's time, by logarithm", timeline.columns.size());
  for (const double share : {0.5, 0.99}) {
    for (const bool source : {true, false}) {
      const std::string classes =
          fmt::format("line {}{}", source ? "s" : "t", share > 0.5 ? " p99" : "");
      plot.Line(
          classes.c_str(),
          [&](size_t at) {
            const LatencyCounts& column = timeline.columns[at];
            return height(source ? column.source : column.target, share);
          },
          false);
    }
  }
  const auto time_of = [&](size_t at) {
    return FormatTime(timeline.begin + static_cast<int64_t>(at) * timeline.width_ns).substr(0, 19);
  };
  return plot.Finish(
      [&](size_t at) {
        const LatencyCounts& column = timeline.columns[at];
        return column.count() == 0
                   ? time_of(at) + ": nothing"
                   : fmt::format("{}: p50 {} at the source, {} at the target; p99 {}, {}",
                                 time_of(at), HumanDuration(column.source.Quantile(0.5)),
                                 HumanDuration(column.target.Quantile(0.5)),
                                 HumanDuration(column.source.Quantile(0.99)),
                                 HumanDuration(column.target.Quantile(0.99)));
      },
      fmt::format("{} to {}, a column is {}", HumanDuration(least), HumanDuration(most),
                  HumanDuration(timeline.width_ns)),
      {time_of(0), time_of(timeline.columns.size())});
}

}  // namespace

std::string LatencySection(const compare::Latencies& latencies) {
  std::string out = "<section id=\"latency\"><h2>Latency</h2>\n";
  if (latencies.all().count() == 0) {
    return out + "<p>No pair of answers has times on both sides.</p></section>\n";
  }
  out +=
      R"(<p class="key"><span><i class="s"></i>the source</span><span><i class="t"></i>the target</span>)"
      R"(<span><i class="whole"></i>p50 over time</span><span><i class="dash"></i>p99 over time</span></p>)"
      "\n<div class=\"two\">" +
      DistributionPlot("All requests", latencies.all(), kDurations) +
      TimePlot(latencies.timeline()) + "</div>\n";
  const auto ranked = RankedByCount(latencies.shapes());
  if (ranked.size() > 1) {
    out += "<details><summary>By shape</summary><div class=\"two\">\n";
    for (size_t i = 0; i < std::min(ranked.size(), limits::kPagePlots); ++i) {
      out += DistributionPlot(EscapeForTerminal(ranked[i].first), *ranked[i].second, kDurations);
    }
    out += "</div></details>\n";
  }
  return out + fmt::format(
                   "<p class=\"soft\">From the request's last byte to the answer's first. {}.</p>"
                   "</section>\n",
                   Html(TripsInWords(latencies)));
}

}  // namespace trafrec::tools
