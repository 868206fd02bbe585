#pragma once

#include <vector>

#include "base/error.h"
#include "reconcile/note.h"
#include "reconcile/resource/resource_history.h"
#include "reconcile/source/source_link.h"

namespace trafrec::reconcile {

/// Asks the live service for each resource in question, one GET each, no faster than the pace. Only
/// those of one host are asked for: that of the URL, or the only one of the log. Returns notes:
/// what was not asked for, and why.
Result<std::vector<Note>> LookAtResources(const send::Target& source, SourcePace pace,
                                          const History& history, ResourceHistory& resources);

}  // namespace trafrec::reconcile
