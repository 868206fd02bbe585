#pragma once

#include "reconcile/history/history.h"
#include "reconcile/verdict/judge.h"

namespace trafrec::reconcile {

/// Verdicts on requests that make or remove one index, from what later answers show of it. They are
/// presumed: who makes and removes indices need not have been recorded.
void JudgeIndexFates(const History& history, Judgement& judgement);

}  // namespace trafrec::reconcile
