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

/// The verdict on one operation, for a line of so many columns.
std::string FindingLine(const reconcile::History& history, const reconcile::Finding& finding,
                        size_t width);

}  // namespace trafrec::tools
