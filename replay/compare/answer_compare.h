#pragma once

#include "replay/compare/difference.h"
#include "replay/compare/rules.h"
#include "replay/dialect/request.h"

namespace trafrec::compare {

/// What differs between two whole answers to one request, their content encodings taken off:
///
///   - the status;
///   - the fields that say what the body is or where something is: Content-Type (its case and
///     blanks do not count), Content-Range, Location, Allow;
///   - the body: JSON by what it says (json_compare.h), NDJSON and other text line by line, the
///     rest as a whole.
///
/// Each difference has the rule that hides it.
Differences CompareAnswers(const dialect::AnswerView& source, const dialect::AnswerView& target,
                           const RulesHere& rules = {});

}  // namespace trafrec::compare
