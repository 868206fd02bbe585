// What the plan goes past in a log that still grows, and comes back to.
//
// Problem: one request that the source does not answer holds back all that came after it, because
// nobody knows whether it is to be sent.
//
// Approach: it is passed over, and planned when its row in the log is settled. Whoever began before
// its answer cannot have known of it, so it may come after them; only of one document (or resource)
// the source may have carried it out before them. So what writes the same is passed over, too, and
// what writes the same as that. All others go on. What began after its answer is planned after it:
// each call of Plan comes back to what was settled first.
//
// Rejected: keeping it in the run's window until it is answered. A window is bounded by what lies
// between its oldest operation and its newest, so that it would be full soon.

#include <algorithm>

#include "replay/plan/planner.h"
#include "store/reader/exchange_id.h"

namespace trafrec::plan {

using dialect::Key;

namespace {

bool Contains(const std::vector<uint32_t>& items, uint32_t item) {
  return std::ranges::binary_search(items, item);
}

}  // namespace

void Planner::Await(std::set<RunningAttempt> running) { running_ = std::move(running); }

void Planner::Recall(std::vector<PassedOver> passed_over) {
  for (PassedOver& each : passed_over) {
    // Whether it is settled is looked at before anything else is planned.
    passed_over_.Add({.what = std::move(each), .open = true});
  }
}

bool Planner::IsOpen(const store::ExchangeRow& row) const {
  return HasFlag(row.flags, store::Flag::kOpen) &&
         running_.contains({row.id.recorder, row.id.attempt});
}

/// What the user, or the overlay, has decided need not wait for the source.
bool Planner::PassesOver(const Draft& draft, const store::ExchangeRow& row) const {
  if (!IsOpen(row)) {
    return false;
  }
  const bool decided = options_.phantoms == Phantoms::kSend || Decides(row.id);
  return !draft.exchange.meaning.mutation || !draft.whole || !decided;
}

/// What operations of it write: its documents and resources if it is open, since an index or the
/// cluster orders only those that knew of its answer.
std::vector<Key> Planner::WrittenBy(const Draft& draft, const std::vector<uint32_t>& items,
                                    bool open) {
  std::vector<Key> keys;
  for (const dialect::Operation& operation : draft.as_recorded().operations) {
    if (!operation.mutation || (!items.empty() && !Contains(items, operation.item))) {
      continue;
    }
    for (Key& key : naming_.Resolve(draft.as_recorded(), operation, nullptr)) {
      const bool exact = key.scope == dialect::Scope::kPath ||
                         (key.scope == dialect::Scope::kDocument && !key.id.empty());
      if (key.write && (exact || !open)) {
        keys.push_back(std::move(key));
      }
    }
  }
  return keys;
}

void Planner::PassOver(Draft& draft, bool open) {
  PlannedExchange& exchange = draft.exchange;
  exchange.operations.resize(exchange.meaning.operations.size());
  OmitAll(exchange, Omission::kPassedOver);
  passed_over_.Add({.what = {.id = exchange.id, .began_at = exchange.began_at},
                    .open = open,
                    .known = true,
                    .keys = WrittenBy(draft, {}, open),
                    .counted = exchange.operations.size()});
  ++counts_.passed_over;
}

/// Operations that write what one writes that was passed over wait as it does.
void Planner::HoldBack(Draft& draft) {
  PlannedExchange& exchange = draft.exchange;
  const PassedOverList::Entry* before = passed_over_.Find(exchange.began_at, exchange.id);
  if (before == nullptr && passed_over_.held().empty()) {
    return;
  }
  if (!draft.in_place && !draft.places) {
    // Edits made others of its operations: they go together.
    if (passed_over_.held().Meets(WrittenBy(draft, {}, false))) {
      PassOver(draft, false);
    }
    return;
  }
  PassedOverList::Entry entry{.what = {.id = exchange.id, .began_at = exchange.began_at},
                              .known = true};
  HeldKeys own;  // a later item of a bulk may write what an earlier one does
  for (size_t i = 0; i < exchange.operations.size(); ++i) {
    PlannedOperation& planned = exchange.operations[i];
    const dialect::Operation& recorded = draft.as_recorded().operations[*draft.PlaceOf(i)];
    if (planned.omission != Omission::kNone || !recorded.mutation) {
      continue;
    }
    std::vector<Key> keys =
        naming_.Resolve(draft.as_recorded(), recorded, planned.source ? &*planned.source : nullptr);
    const bool told = before != nullptr && Contains(before->what.items, recorded.item);
    if (!told && !passed_over_.held().Meets(keys) && !own.Meets(keys)) {
      continue;
    }
    std::erase_if(keys, [](const Key& key) { return !key.write; });
    own.Add(keys);
    planned.omission = Omission::kPassedOver;
    ++entry.counted;
    entry.what.items.push_back(recorded.item);
    entry.keys.insert(entry.keys.end(), keys.begin(), keys.end());
  }
  if (!entry.what.items.empty()) {
    counts_.passed_over += before == nullptr ? 1 : 0;
    passed_over_.Add(std::move(entry));
  }
}

/// Of an exchange that was passed over in part the rest has its outcome.
void Planner::TakeUp(const Late& late, Draft& draft) {
  draft.not_before = late.since;
  PlannedExchange& exchange = draft.exchange;
  for (size_t i = 0; i < exchange.operations.size() && !late.items.empty(); ++i) {
    if (draft.PlaceOf(i) && !Contains(late.items, ItemOf(draft, i))) {
      exchange.operations[i].omission = Omission::kNotSelected;
    }
  }
}

/// Reads what a run remembers only the number of. Nothing: retention has deleted it.
Result<std::optional<store::ExchangeRow>> Planner::RowOf(PassedOverList::Entry& entry) {
  Result<store::ExchangeRow> row = log_.Find(store::FormatExchangeId(entry.what.id));
  if (!row && row.error().code == ErrorCode::kNotFound) {
    entry.open = false;
    return std::nullopt;
  }
  TRY(row);
  entry.open = IsOpen(*row);
  if (!entry.known) {
    TRY_ASSIGN(const auto draft, DraftOf(*row, {}));
    entry.known = true;
    if (draft) {
      entry.keys = WrittenBy(*draft, entry.what.items, entry.open);
    }
  }
  return std::optional(std::move(*row));
}

/// Plans what was passed over and is settled now, as if it began at `since`. False: enough.
Result<bool> Planner::CatchUp(TimeNs since, const Take& take) {
  bool settled = false;
  for (PassedOverList::Entry* entry : passed_over_.Open()) {
    TRY_ASSIGN(const auto row, RowOf(*entry));
    settled = settled || !row || !entry->open;
  }
  if (!settled) {
    return true;
  }
  for (PassedOverList::Entry& entry : passed_over_.Take()) {
    if (entry.open || passed_over_.held().Meets(entry.keys)) {
      passed_over_.Add(std::move(entry));
      continue;
    }
    TRY_ASSIGN(const bool go_on, PlanLate(entry, since, take));
    if (!go_on) {
      return false;  // the run's memory has the rest
    }
  }
  return true;
}

Result<bool> Planner::PlanLate(PassedOverList::Entry& entry, TimeNs since, const Take& take) {
  counts_.operations -= entry.counted;
  counts_.omitted[static_cast<size_t>(Omission::kPassedOver)] -= entry.counted;
  std::unique_ptr<PlannedExchange> exchange;
  TRY_ASSIGN(const auto row, RowOf(entry));
  if (row) {
    store::ExchangeOverlay laid;
    if (options_.overlay != nullptr) {
      TRY_ASSIGN(laid, options_.overlay->Of(row->id));
    }
    const Late late{.items = entry.what.items, .since = since};
    TRY_ASSIGN(exchange, PlanRow(*row, laid.entries, Share::kStaying, &late));
  } else {
    ++counts_.passed_over_gone;
  }
  if (exchange == nullptr) {
    exchange = std::make_unique<PlannedExchange>();
    exchange->id = entry.what.id;
    exchange->began_at = entry.what.began_at;
  }
  ++counts_.caught_up;
  exchange->caught_up = true;
  return Hand(std::move(exchange), take);
}

}  // namespace trafrec::plan
