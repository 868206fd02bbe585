#include "tools/compare/page_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "tools/page/html.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

using page::Html;

/// Bars in which a value doubles.
constexpr int kBarsInDouble = 6;

int64_t EdgeOf(int edge) {
  return static_cast<int64_t>(std::exp2(static_cast<double>(edge) / kBarsInDouble));
}

}  // namespace

void Plot::Line(const char* classes, const std::function<double(size_t)>& height, bool filled) {
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

std::string Plot::Finish(const std::function<std::string(size_t)>& says, const std::string& most,
                         const std::vector<std::string>& axis) const {
  std::string out = fmt::format(
      R"(<figure><figcaption>{0}<span class="most">{2}</span></figcaption><div class="plot">)"
      R"(<svg data-plot viewBox="0 0 {1} 100" preserveAspectRatio="none" role="img" aria-label="{0}">{3})",
      Html(caption_), std::max<size_t>(columns_, 1), Html(most), paths_);
  for (size_t at = 0; at < columns_; ++at) {
    out +=
        fmt::format(R"(<g><title>{}</title><rect class="pick" x="{}" width="1" height="100"/></g>)",
                    Html(says(at)), at);
  }
  out += R"(</svg></div><div class="axis">)";
  for (const std::string& label : axis) {
    out += "<span>" + Html(label) + "</span>";
  }
  return out + "</div></figure>\n";
}

std::string DistributionPlot(const std::string& name, const compare::BothSides& counts,
                             const ValueText& text) {
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
  plot.Line("s", [&](size_t at) { return share(counts.source, at) / top * Plot::kHeight; }, true);
  plot.Line("t", [&](size_t at) { return share(counts.target, at) / top * Plot::kHeight; }, true);
  std::vector<std::string> axis;
  for (size_t quarter = 0; quarter <= 4; ++quarter) {
    axis.push_back(text.on_axis(EdgeOf(first + static_cast<int>(columns * quarter / 4))));
  }
  return plot.Finish(
      [&](size_t at) {
        const int edge = first + static_cast<int>(at);
        return fmt::format("{} to {}: {:.1f}% at the source, {:.1f}% at the target",
                           text.in_words(EdgeOf(edge)), text.in_words(EdgeOf(edge + 1)),
                           100 * share(counts.source, at), 100 * share(counts.target, at));
      },
      fmt::format("{}, distance {:.2f}", CountOf(counts.count(), "pair"), counts.distance()), axis);
}

}  // namespace trafrec::tools
