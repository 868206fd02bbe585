// The accounts of a plan: what was selected, and what of it is not sent.

#include <algorithm>

#include "replay/plan/limits.h"
#include "replay/plan/planner.h"
#include "store/reader/exchange_id.h"

namespace trafrec::plan {

void Planner::Count(const PlannedExchange& exchange) {
  for (const PlannedOperation& each : exchange.operations) {
    counts_.operations += each.omission == Omission::kNotSelected ? 0 : 1;
    ++counts_.omitted[static_cast<size_t>(each.omission)];
  }
  for (const PlannedOperation& each : exchange.operations) {
    if (each.omission == Omission::kNone) {
      continue;
    }
    std::vector<std::string>& ids = examples_[each.omission];
    if (ids.size() == limits::kNamedExamples) {
      continue;
    }
    std::string id = store::FormatExchangeId(exchange.id);
    if (ids.empty() || ids.back() != id) {
      ids.push_back(std::move(id));
    }
  }
  if (!exchange.meaning.known()) {
    ++counts_.unknown_paths;
    if (unknown_paths_.size() < limits::kNamedExamples ||
        unknown_paths_.contains(exchange.meaning.path)) {
      ++unknown_paths_[exchange.meaning.path];
    }
  }
}

/// An answer without its request: whatever it was, it is not sent.
void Planner::CountLost(const store::ExchangeRow& row) {
  PlannedExchange lost;
  lost.id = row.id;
  lost.began_at = row.began_at;
  lost.meaning.kind = dialect::Kind::kRead;
  lost.operations.resize(1);
  lost.operations.front().omission = Omission::kIncomplete;
  Count(lost);
  PutTally(lost);
}

/// A run's position is a time, and what began then is planned again: so its account holds what
/// began before.
void Planner::PutTally(PlannedExchange& exchange) {
  Tally own;
  for (const PlannedOperation& each : exchange.operations) {
    const bool counts =
        each.omission != Omission::kNotSelected && each.omission != Omission::kPassedOver;
    own.selected += counts ? 1 : 0;
    own.dropped += counts && each.omission != Omission::kNone ? 1 : 0;
  }
  if (exchange.caught_up) {
    exchange.tally = own;
    return;
  }
  if (exchange.began_at > tally_time_) {
    tally_time_ = exchange.began_at;
    tally_before_ = tally_;
  }
  exchange.tally = tally_before_;
  if (!count_from_ || exchange.began_at >= *count_from_) {
    tally_ += own;
  }
}

PlanCounts Planner::counts() const {
  PlanCounts counts = counts_;
  counts.by_queries = by_queries_.seen();
  counts.doubtful_by_queries = by_queries_.doubtful();
  return counts;
}

}  // namespace trafrec::plan
