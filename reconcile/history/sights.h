#pragma once

#include <string_view>
#include <vector>

#include "reconcile/history/facts.h"
#include "replay/dialect/operation.h"
#include "replay/dialect/outcome.h"
#include "replay/dialect/request.h"

namespace trafrec::reconcile {

/// What an answer shows of documents as they were: gets, found or not; hits of searches; and
/// writes that changed nothing: noops, conflicts, updates of what is not there. `at` is when it was
/// so: from the request's last byte to the answer's first.
std::vector<Sight> SightsIn(const dialect::RequestView& request, const dialect::Meaning& meaning,
                            const dialect::AnswerView& answer,
                            const std::vector<dialect::Outcome>& outcomes, const Span& at);

/// What a document's source says, into a sight of it. `whole`: no client asked for a part.
void TakeSource(std::string_view json, bool whole, Sight& sight);

/// The highest numbers of shards, of an answer to `_stats?level=shards`.
std::vector<ShardSight> ShardSightsIn(const dialect::RequestView& request,
                                      const dialect::AnswerView& answer, const Span& at);

}  // namespace trafrec::reconcile
