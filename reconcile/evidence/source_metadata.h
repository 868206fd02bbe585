#pragma once

#include "base/error.h"
#include "reconcile/history/history.h"
#include "reconcile/source/live_source.h"

namespace trafrec::reconcile {

/// Asks the live source for the indices and metadata that requests in question make, change or
/// remove, 50 in a request, and adds what it shows to the facts.
Status AddLiveMetadata(LiveSource& source, History& history);

}  // namespace trafrec::reconcile
