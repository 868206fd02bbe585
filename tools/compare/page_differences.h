#pragma once

#include <string>

#include "tools/compare/html_page.h"

namespace trafrec::tools {

/// The section of differences: each kind can be opened, and shows samples side by side.
std::string DifferencesSection(const CompareReport& report, const ReadSample& read);

}  // namespace trafrec::tools
