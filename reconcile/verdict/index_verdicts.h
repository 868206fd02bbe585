#pragma once

#include <cstddef>

#include "reconcile/history/history.h"
#include "reconcile/verdict/judge.h"

namespace trafrec::reconcile {

/// Decides what is asked of documents, and which mutations are missing, index by index, a long log
/// window by window.
void JudgeIndices(const History& history, size_t window_questions, Judgement& judgement);

}  // namespace trafrec::reconcile
