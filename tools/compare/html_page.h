#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "tools/compare/compare_report.h"
#include "tools/compare/side_by_side.h"

namespace trafrec::tools {

/// Reads a pair of answers again, by the ids of its exchanges.
using ReadSample = std::function<Result<std::vector<AnswerRow>>(const std::string& source,
                                                                const std::string& result)>;

/// The report as one HTML page that needs no other file and no network. It is complete without
/// scripts; with them it can be searched, and lists sorted. Answers are hostile: nothing of them
/// can become markup. At most limits::kPageBytes and what the fixed parts take, whatever the log's
/// size.
std::string HtmlPage(const CompareReport& report, const ReadSample& read);

}  // namespace trafrec::tools
