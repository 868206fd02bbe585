#pragma once

#include <string>

#include "replay/compare/tally.h"
#include "tools/compare/compare_report.h"
#include "tools/json_object.h"

namespace trafrec::tools {

/// For a screen: the rules that somebody gave, with what each hid, or that it hid nothing; of the
/// defaults what they hid together, with --show-hidden each of them.
std::string RulesText(const compare::Tally& tally, const CompareStyle& style);

/// "search.took: how long it took", "/a (rules.toml, line 3)".
std::string NameWithReason(const compare::Rule& rule);

/// `rules`: all of them, into an object that is open.
void AppendRules(JsonAppender& json, const compare::Tally& tally);

}  // namespace trafrec::tools
