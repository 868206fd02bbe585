#pragma once

#include <cstddef>
#include <string>

#include "tools/patterns/analysis/report.h"
#include "tools/patterns/rendering/report_context.h"

namespace trafrec::patterns {

/// The report as one HTML page that needs no other file and no network. It is complete without
/// scripts; with them plots can be read column by column, and lists sorted and filtered. `top`
/// entries of each list.
std::string HtmlPage(const Report& report, const ReportContext& context, Calendar& calendar,
                     size_t top);

}  // namespace trafrec::patterns
