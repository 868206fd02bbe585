#pragma once

#include "replay/compare/difference.h"
#include "replay/compare/rules.h"
#include "replay/dialect/operation.h"
#include "replay/dialect/request.h"

namespace trafrec::compare {

/// What differs between two whole answers to one request, their content encodings taken off:
///
///   - the status;
///   - the fields that say what the body is or where something is: Content-Type (its case and
///     blanks do not count), Content-Range, Location, Allow; and what search engines say of
///     themselves: Warning (of each only its text), X-Elastic-Product, X-Opaque-Id;
///   - the body: JSON by what it says (json_compare.h), answers of a search engine by what they
///   mean
///     (search_answer_compare.h, shape_compare.h), NDJSON and other text line by line, the rest as
///     a whole.
///
/// `meaning` is the request's. Each difference has what explains it (known_differences.h), and the
/// rule that hides it.
Differences CompareAnswers(const dialect::AnswerView& source, const dialect::AnswerView& target,
                           const RulesHere& rules = {}, const dialect::Meaning& meaning = {});

}  // namespace trafrec::compare
