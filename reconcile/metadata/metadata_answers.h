#pragma once

#include <string_view>
#include <vector>

#include "reconcile/metadata/metadata.h"

namespace trafrec::reconcile {

/// What an answer shows of metadata. `body` is empty for HEAD. Of answers that were cut by
/// `filter_path` nothing is said.
std::vector<MetadataSight> MetadataSightsIn(std::string_view api, std::string_view target,
                                            int status, std::string_view body, const Span& at);

}  // namespace trafrec::reconcile
