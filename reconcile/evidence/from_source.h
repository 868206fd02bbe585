#pragma once

#include <vector>

#include "base/error.h"
#include "reconcile/history/history.h"
#include "reconcile/note.h"
#include "reconcile/source/live_source.h"

namespace trafrec::reconcile {

/// Asks the live source for what decides open questions, and adds its answers to the facts: its
/// indices' shards, the documents in question as they are now, and the documents under numbers that
/// no answer names. What others wrote since the log ended is allowed for. Returns notes:
/// indices that are gone, or were made anew since, are not asked for.
Result<std::vector<Note>> AddLiveAnswers(LiveSource& source, History& history);

}  // namespace trafrec::reconcile
