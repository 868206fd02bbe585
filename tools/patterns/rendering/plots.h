#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/patterns/analysis/report.h"

namespace trafrec::patterns {

/// One column of a plot.
struct Column {
  std::array<double, kKinds> values{};
  bool hole = false;  ///< traffic may be missing in it
  std::string says;   ///< all figures in words
};

/// What is written around it. Text, not HTML.
struct PlotText {
  std::string caption;
  std::string most;               ///< what the top of the plot stands for
  std::vector<std::string> axis;  ///< spread evenly below
  bool axis_centred = false;      ///< a label a column, below its middle
};

/// Stacked columns as a figure with an SVG picture that fits any width. Holes are hatched.
std::string ColumnPlot(const std::vector<Column>& columns, const PlotText& text);

/// Rates by weekday and hour as a table of tones.
std::string HeatTable(const std::array<std::array<Cell, 24>, 7>& week);

/// What colours and hatching mean, and the pattern that hatches: once on a page, before plots.
std::string PlotKey();

}  // namespace trafrec::patterns
