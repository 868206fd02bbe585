#pragma once

#include <string>

#include "reconcile/verdict/judge.h"
#include "tools/terminal.h"

namespace trafrec::tools {

/// For a screen: how many of each verdict, then what stays unknown and what is missing.
std::string JudgementText(const reconcile::History& history, const reconcile::Judgement& judgement,
                          size_t width);

/// One finding with its evidence, step by step.
std::string FindingText(const reconcile::History& history, const reconcile::Finding& finding);

}  // namespace trafrec::tools
