#include "tools/compare/page_latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <vector>

#include "base/time.h"
#include "tools/compare/latency_text.h"
#include "tools/compare/limits.h"
#include "tools/page/html.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

using compare::LatencyCounts;
using page::Html;

constexpr double kHeight = 100;
/// Bars in which a latency doubles.
constexpr int kBarsInDouble = 6;

/// A picture of columns, which the script of pages reads out one by one.
class Plot {
 public:
  Plot(std::string caption, size_t columns) : caption_(std::move(caption)), columns_(columns) {}

  /// `height` of each column, 0 to 100; negative: nothing there, the line is broken.
  void Line(const char* classes, const std::function<double(size_t)>& height, bool filled) {
    std::string path;
    bool drawing = false;
    for (size_t at = 0; at < columns_; ++at) {
      const double y = height(at);
      if (y < 0) {
        drawing = false;
        continue;
      }
      const double x = static_cast<double>(at) + 0.5;
      if (filled && !drawing) {
        fmt::format_to(std::back_inserter(path), "M{:.1f} {}L{:.1f} {:.1f}", x, kHeight, x,
                       kHeight - y);
      } else {
        // A point alone is a short stroke, else it would not show.
        fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}", drawing ? 'L' : 'M', x,
                       kHeight - y);
        path += drawing ? "" : "h.01";
      }
      drawing = true;
      if (filled && at + 1 == columns_) {
        fmt::format_to(std::back_inserter(path), "L{:.1f} {}Z", x, kHeight);
      }
    }
    paths_ += fmt::format(R"(<path class="{}" d="{}"/>)", classes, path);
  }

  std::string Finish(const std::function<std::string(size_t)>& says, const std::string& most,
                     const std::vector<std::string>& axis) const {
    std::string out = fmt::format(
        R"(<figure><figcaption>{0}<span class="most">{2}</span></figcaption><div class="plot">)"
        R"(<svg data-plot viewBox="0 0 {1} 100" preserveAspectRatio="none" role="img" aria-label="{0}">{3})",
        Html(caption_), std::max<size_t>(columns_, 1), Html(most), paths_);
    for (size_t at = 0; at < columns_; ++at) {
      out += fmt::format(
          R"(<g><title>{}</title><rect class="pick" x="{}" width="1" height="100"/></g>)",
          Html(says(at)), at);
    }
    out += R"(</svg></div><div class="axis">)";
    for (const std::string& label : axis) {
      out += "<span>" + Html(label) + "</span>";
    }
    return out + "</div></figure>\n";
  }

 private:
  std::string caption_;
  size_t columns_;
  std::string paths_;
};

int64_t EdgeOf(int edge) {
  return static_cast<int64_t>(std::exp2(static_cast<double>(edge) / kBarsInDouble));
}

std::string DistributionPlot(const std::string& name, const LatencyCounts& counts) {
  const int64_t least =
      std::max<int64_t>(1, std::min(counts.source.least(), counts.target.least()));
  const int64_t most =
      std::max<int64_t>(1, std::max(counts.source.greatest(), counts.target.greatest()));
  const auto edge_of = [](int64_t value) {
    return static_cast<int>(std::floor(std::log2(static_cast<double>(value)) * kBarsInDouble));
  };
  const int first = edge_of(least) - 1;
  const size_t columns = static_cast<size_t>(edge_of(most) - first) + 2;
  const auto share = [&](const Histogram& histogram, size_t at) {
    const int edge = first + static_cast<int>(at);
    const uint64_t below = at == 0 ? 0 : histogram.CountUpTo(EdgeOf(edge));
    const uint64_t upto =
        at + 1 == columns ? histogram.count() : histogram.CountUpTo(EdgeOf(edge + 1));
    return static_cast<double>(upto - std::min(upto, below)) /
           static_cast<double>(histogram.count());
  };
  double top = 0;
  for (size_t at = 0; at < columns; ++at) {
    top = std::max({top, share(counts.source, at), share(counts.target, at)});
  }
  Plot plot(name, columns);
  plot.Line("s", [&](size_t at) { return share(counts.source, at) / top * kHeight; }, true);
  plot.Line("t", [&](size_t at) { return share(counts.target, at) / top * kHeight; }, true);
  std::vector<std::string> axis;
  for (size_t quarter = 0; quarter <= 4; ++quarter) {
    axis.push_back(ShortDuration(EdgeOf(first + static_cast<int>(columns * quarter / 4))));
  }
  return plot.Finish(
      [&](size_t at) {
        const int edge = first + static_cast<int>(at);
        return fmt::format("{} to {}: {:.1f}% at the source, {:.1f}% at the target",
                           HumanDuration(EdgeOf(edge)), HumanDuration(EdgeOf(edge + 1)),
                           100 * share(counts.source, at), 100 * share(counts.target, at));
      },
      fmt::format("{}, distance {:.2f}", CountOf(counts.count(), "pair"), counts.distance()), axis);
}

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
      DistributionPlot("All requests", latencies.all()) + TimePlot(latencies.timeline()) +
      "</div>\n";
  const auto ranked = RankedLatencies(latencies);
  if (ranked.size() > 1) {
    out += "<details><summary>By shape</summary><div class=\"two\">\n";
    for (size_t i = 0; i < std::min(ranked.size(), limits::kPagePlots); ++i) {
      out += DistributionPlot(EscapeForTerminal(ranked[i].first), *ranked[i].second);
    }
    out += "</div></details>\n";
  }
  return out + fmt::format(
                   "<p class=\"soft\">From the request's last byte to the answer's first. {}.</p>"
                   "</section>\n",
                   Html(TripsInWords(latencies)));
}

}  // namespace trafrec::tools
