#pragma once

#include <string>

#include "tools/compare/compare_report.h"

namespace trafrec::tools {

/// The report as JUnit's XML, as Jenkins and GitLab read it: a test case for each shape of requests
/// and for each condition. Where there are conditions only they fail, as the exit code does; a
/// shape's differences are then its output.
std::string JunitXml(const CompareReport& report);

}  // namespace trafrec::tools
