#pragma once

#include <string>

#include "reconcile/boundary/boundary.h"

namespace trafrec::tools {

/// For a screen: what the backfill holds, where it ends in each shard, what cannot be decided.
std::string BoundaryText(const reconcile::Backfill& backfill, const reconcile::Boundary& boundary,
                         size_t width);

/// NDJSON (docs/reconcile.md): the backfill, each shard, each mutation of the span.
std::string BoundaryJson(const reconcile::Backfill& backfill, const reconcile::Boundary& boundary);

}  // namespace trafrec::tools
