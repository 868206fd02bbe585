#pragma once

#include <cstddef>
#include <string>

#include "tools/patterns/analysis/report.h"

// The page's lists, each a section with a table that becomes cards on a phone. "" for none.

namespace trafrec::patterns {

std::string AnswersSection(const Report& report);
std::string ShapesSection(const Report& report, size_t top);
std::string ClientsSection(const Report& report, size_t top, Calendar& calendar);
std::string IndicesSection(const Report& report, size_t top, Calendar& calendar);

}  // namespace trafrec::patterns
