#pragma once

#include "reconcile/resource/resource_history.h"
#include "reconcile/verdict/judge.h"

namespace trafrec::reconcile {

/// Verdicts on PUT and DELETE of a service of which only HTTP is known, where looks at the resource
/// decide: as it was before, as it was to be, or written anew since. What `judgement` has decided
/// already stays. Pure.
void JudgeResources(const ResourceHistory& resources, const History& history, Judgement& judgement);

}  // namespace trafrec::reconcile
