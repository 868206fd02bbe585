#pragma once

#include <string_view>

#include "reconcile/boundary/decision.h"
#include "replay/dialect/operation.h"

namespace trafrec::reconcile {

/// What a write leaves of its document. `body`: its own, or its item's source.
Form FormOf(const dialect::Operation& operation, std::string_view body);

}  // namespace trafrec::reconcile
