#pragma once

#include "reconcile/history/history.h"
#include "reconcile/verdict/judge.h"

namespace trafrec::reconcile {

/// Verdicts on requests that change mappings, aliases, templates and settings, from what answers
/// show of them. They are presumed: who changes them need not have been recorded.
void JudgeMetadataFates(const History& history, Judgement& judgement);

}  // namespace trafrec::reconcile
