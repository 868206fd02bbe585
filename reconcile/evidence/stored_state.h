#pragma once

#include <vector>

#include "reconcile/history/history.h"
#include "reconcile/note.h"
#include "reconcile/translog/shard_folders.h"

namespace trafrec::reconcile {

/// Adds what the latest copy shows beside its journals: which indices there were, and what their
/// metadata and the cluster's were. `early`: it was made before the source had carried out all of
/// the log; else it is presumed to have been made later. Returns notes: what could not be read.
std::vector<Note> AddStoredState(const std::vector<ShardFolder>& folders, bool early,
                                 History& history);

}  // namespace trafrec::reconcile
