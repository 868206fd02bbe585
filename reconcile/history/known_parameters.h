#pragma once

#include <string_view>

#include "replay/dialect/operation.h"

namespace trafrec::reconcile {

/// Whether the source knows every parameter of the target of a request that writes documents, as
/// far as one is known that does. It refuses a request with any other, before it does anything.
bool KnowsParameters(dialect::Kind kind, std::string_view target);

}  // namespace trafrec::reconcile
