#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reconcile/history/history.h"
#include "reconcile/source/source_types.h"

// What the live source's answers are to a history. Pure functions.

namespace trafrec::reconcile {

/// Names of the indices whose documents are in question.
std::vector<std::string> NamesInQuestion(const History& history);
/// Whether the source made an index of that name after the log wrote to one.
bool IsLaterOne(const History& history, const IndexSettings& index);

/// The sight of a document as a get showed it within that time; nothing if it was refused.
std::optional<Sight> SightOf(const DocumentQuestion& question, const DocumentState& state,
                             const Span& at);
/// The sight of a document that a search found under a number, not later than that.
Sight SightOf(const std::string& index, uint32_t shard, const NumberedDocument& document,
              TimeNs until);
/// Adds a sight to the facts.
void TakeSight(Sight sight, History& history);

/// Numbers that nobody explains, as ranges.
std::vector<SeqNoRange> RangesOf(std::span<const int64_t> numbers);

}  // namespace trafrec::reconcile
