#pragma once

#include <string>

#include "tools/compare/compare_report.h"
#include "tools/json_object.h"

namespace trafrec::tools {

/// For a screen: what was learned as noise, the most frequent first, and how much it hid. "" if
/// nothing was to be learned.
std::string NoiseText(const CompareReport& report, const CompareStyle& style);

/// `noise`, into an object that is open: null if nothing was to be learned.
void AppendNoise(JsonAppender& json, const CompareReport& report);

}  // namespace trafrec::tools
