#pragma once

#include <vector>

#include "reconcile/history/facts.h"
#include "reconcile/history/open_request.h"
#include "reconcile/note.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// Times in which a recorder saw nothing, or not everything, by its own account, or of which the
/// log does not have all segments any more. What went on before it started begins with
/// `seen_until`. Holes in flows are not among them: the connection's own numbers say more
/// (ConnectionWatch).
std::vector<LostTraffic> LossesOf(const store::AttemptInfo& attempt, TimeNs seen_until);

/// Until when it saw what became of connections.
RecorderEnd EndOf(const store::AttemptInfo& attempt);

/// That segments of it are missing.
std::vector<Note> NotesOf(const store::AttemptInfo& attempt);

}  // namespace trafrec::reconcile
