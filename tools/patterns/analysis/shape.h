#pragma once

#include <string>

#include "replay/dialect/operation.h"
#include "replay/dialect/request.h"

namespace trafrec::patterns {

/// Whether a dialect has a name for what is asked. Plain HTTP has resources, and no APIs whose
/// paths have a form.
bool IsApi(const dialect::Meaning& meaning);

/// What requests of one kind have in common: "POST /orders-{date}/_doc?refresh". Of an API its path
/// with the indices put in, folded; else the folded target.
std::string ShapeOf(const dialect::RequestView& request, const dialect::Meaning& meaning);

}  // namespace trafrec::patterns
