#pragma once

#include <string>
#include <vector>

namespace trafrec::patterns {

/// What stands around a report.
struct ReportContext {
  std::string log;                 ///< as the user named it
  bool filtered = false;           ///< only a part of the exchanges was looked at
  std::vector<std::string> notes;  ///< what is missing from the figures, as sentences
};

}  // namespace trafrec::patterns
