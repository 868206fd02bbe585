#pragma once

#include <string_view>
#include <vector>

#include "reconcile/metadata/metadata.h"

namespace trafrec::reconcile {

/// What a request to change metadata makes of which things, if it is carried out. Where it does not
/// say so plainly (several indices, patterns, a body that cannot be read), a pattern stands for
/// what it may change. Of other requests none.
std::vector<MetadataChange> MetadataChangesIn(std::string_view api, std::string_view target,
                                              std::string_view body);

/// Whether a change names one thing.
bool IsPlain(const MetadataName& what);

}  // namespace trafrec::reconcile
