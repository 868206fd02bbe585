#pragma once

#include <cstddef>
#include <string>

#include "tools/patterns/analysis/report.h"
#include "tools/patterns/rendering/report_context.h"
#include "tools/terminal.h"

namespace trafrec::patterns {

/// How to print for a person.
struct TerminalStyle {
  size_t width = 80;
  bool utf8 = true;  ///< false: nothing but ASCII
  tools::Paint paint{false};
  size_t top = 20;  ///< entries of a list
};

/// The report in lines with bars. Ends with a line end.
std::string TerminalReport(const Report& report, const ReportContext& context, Calendar& calendar,
                           const TerminalStyle& style);

}  // namespace trafrec::patterns
