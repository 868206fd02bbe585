#pragma once

#include <string>

#include "tools/compare/compare_report.h"
#include "tools/terminal.h"

namespace trafrec::tools {

/// The first line of every report.
struct Verdict {
  std::string says;
  Tone tone = Tone::kYellow;
};

Verdict VerdictOf(const CompareReport& report);

}  // namespace trafrec::tools
