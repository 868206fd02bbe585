#pragma once

#include <string>

#include "tools/reconcile/verdict_page.h"

namespace trafrec::tools {

/// The page's section of verdicts: those that stay unknown first, then those that are presumed.
/// Each with its evidence, as far as the page's size allows.
std::string VerdictsSection(const VerdictReport& report);

}  // namespace trafrec::tools
