#pragma once

#include <string_view>

#include "base/histogram.h"
#include "tools/json_object.h"

namespace trafrec::tools {

/// How a histogram's values spread, as members of an object that is open: min, p50, p90, p99, p999
/// and max.
void AppendSpread(JsonAppender& json, const Histogram& histogram);
/// The same as an object of that name.
void AppendSpread(JsonAppender& json, std::string_view name, const Histogram& histogram);

}  // namespace trafrec::tools
