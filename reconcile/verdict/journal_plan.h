#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reconcile/verdict/judge.h"

namespace trafrec::reconcile {

/// What stood under one number, and for which the log has no request that could be sent again.
struct JournalWrite {
  std::string index{};
  store::CommitPosition position{};
  TimeNs by = 0;     ///< it was carried out by then
  size_t sight = 0;  ///< in History::sights: what it left
};

/// What of a log gives way to the source's own journal, where that is known to have every number.
struct JournalPlan {
  std::vector<JournalWrite> writes{};  ///< by index, shard and number
  /// Findings whose requests are not sent: what they did is among `writes`, or was nothing.
  std::vector<size_t> replaced{};
  /// By-query requests whose operations are all among `writes`.
  std::vector<store::ExchangeId> by_queries{};
};

/// Of indices of which translogs, answers and fillers together have every number since the log's
/// first one. A committed question keeps its request if the journal has under its position just
/// what the request says, and all before it in its document's history are answered requests.
JournalPlan PlanFromJournal(const History& history, const Judgement& judgement);

}  // namespace trafrec::reconcile
