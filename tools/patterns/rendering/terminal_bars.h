#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "tools/patterns/analysis/observation.h"
#include "tools/terminal.h"

namespace trafrec::patterns {

/// A bar of mutations, queries and unknown ones, each with a sign (and colour) of its own, so long
/// that `most` fills `columns`. What is not nothing has at least one column.
std::string StackedBar(const std::array<double, kKinds>& values, double most, size_t columns,
                       const tools::Paint& paint);
/// The signs and what they mean.
std::string BarLegend(const tools::Paint& paint);

/// For terminals that are no UTF-8: the signs of bars become #, - and . and each other character
/// beyond ASCII one of its own width.
std::string ToAscii(std::string_view text);

}  // namespace trafrec::patterns
