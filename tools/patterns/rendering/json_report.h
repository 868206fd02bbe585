#pragma once

#include <string>

#include "tools/patterns/analysis/report.h"
#include "tools/patterns/rendering/report_context.h"

namespace trafrec::patterns {

/// The report as one JSON object with its line end: docs/patterns.md is the contract.
std::string JsonReport(const Report& report, const ReportContext& context, Calendar& calendar);

}  // namespace trafrec::patterns
