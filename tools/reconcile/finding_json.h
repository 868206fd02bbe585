#pragma once

#include <string>

#include "reconcile/verdict/judge.h"

namespace trafrec::tools {

/// One line of NDJSON each (docs/reconcile.md), with its end.
std::string FindingJson(const reconcile::History& history, const reconcile::Finding& finding);
std::string MissingJson(const reconcile::History& history,
                        const reconcile::MissingMutation& missing);
std::string NoteJson(const reconcile::Note& note);

}  // namespace trafrec::tools
