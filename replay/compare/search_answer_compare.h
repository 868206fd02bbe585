#pragma once

#include "replay/compare/difference.h"
#include "replay/dialect/operation.h"
#include "replay/json/json_tree.h"

namespace trafrec::compare {

/// What differs between two answers of a search engine, by what they mean there:
///
///   - an error on one side only, another type of error, a document found on one side only: that is
///     the difference, and nothing else that follows from it;
///   - items of a bulk, documents of a multi-get, answers of a multi-search: first with first;
///   - hits, buckets, options of suggestions: which of them both sides have, and in which order. Of
///     hits that sort alike the order is chance, and of a list that is cut so is which of them are
///     its end;
///   - the number of hits, written as a number or with its relation.
///
/// Everything else as CompareJson does.
Differences CompareSearchAnswers(dialect::Kind kind, const json::Tree& source,
                                 const json::Tree& target);

}  // namespace trafrec::compare
