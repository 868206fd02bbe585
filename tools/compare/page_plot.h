#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "replay/compare/both_sides.h"

namespace trafrec::tools {

/// A picture of columns, which the script of pages reads out one by one.
class Plot {
 public:
  Plot(std::string caption, size_t columns) : caption_(std::move(caption)), columns_(columns) {}

  /// `height` of each column, 0 to kHeight; negative: nothing there, the line is broken.
  void Line(const char* classes, const std::function<double(size_t)>& height, bool filled);
  /// `says`: of a column, in words; `most`: beside the caption.
  std::string Finish(const std::function<std::string(size_t)>& says, const std::string& most,
                     const std::vector<std::string>& axis) const;

  static constexpr double kHeight = 100;

 private:
  std::string caption_;
  size_t columns_;
  std::string paths_;
};

/// How values are written in a picture.
struct ValueText {
  std::string (*in_words)(int64_t);
  std::string (*on_axis)(int64_t);
};

/// Both distributions over each other, by logarithm.
std::string DistributionPlot(const std::string& name, const compare::BothSides& counts,
                             const ValueText& text);

}  // namespace trafrec::tools
