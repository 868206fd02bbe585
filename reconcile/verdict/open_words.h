#pragma once

#include <string>

#include "reconcile/history/facts.h"

namespace trafrec::reconcile {

/// What would decide a question that stays open. `journal`: the source's journal was read already.
std::string WhatWouldDecide(const Question& question, bool journal);

}  // namespace trafrec::reconcile
