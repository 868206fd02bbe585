// What an overlay puts between the exchanges of the log, and what it changes of them.

#include <algorithm>
#include <limits>
#include <set>
#include <utility>
#include <variant>

#include "replay/plan/overlay_request.h"
#include "replay/plan/planner.h"
#include "store/reader/exchange_id.h"

namespace trafrec::plan {

namespace {

/// By anything but time and number.
bool HasConditions(const store::ExchangeFilter& filter) {
  return !filter.methods.empty() || !filter.statuses.empty() || !filter.target_regex.empty() ||
         !filter.where.empty() || filter.flags_any != 0 || filter.complete_only ||
         filter.incomplete_only;
}

/// In the order of Visit.
std::pair<TimeNs, const store::ExchangeId&> PlaceOf(const store::ExchangeRow& row) {
  return {row.began_at, row.id};
}

}  // namespace

/// The overlay says what became of it, as a whole or by item.
bool Planner::Decides(const store::ExchangeId& id) const {
  if (options_.overlay == nullptr) {
    return false;
  }
  const auto laid = options_.overlay->Of(id);
  return laid && std::ranges::any_of(laid->entries, [](const store::OverlayEntry& entry) {
           const auto* verdict = std::get_if<store::OverlayVerdict>(&entry.what);
           return std::holds_alternative<store::OverlayDrop>(entry.what) ||
                  (verdict != nullptr && verdict->verdict != store::Verdict::kUnknown);
         });
}

/// Insertions at a time of their own. False: enough.
Result<bool> Planner::PlanInsertionsBefore(TimeNs until, const Take& take) {
  while (true) {
    TRY_ASSIGN(const auto insertion, options_.overlay->NextAtTime(until));
    if (!insertion) {
      return true;
    }
    TRY_ASSIGN(const bool go_on, PlanInsertion(*insertion, nullptr, take));
    if (!go_on) {
      return false;
    }
  }
}

/// Exchanges that conditions leave out, and beside which the overlay puts something: that is not
/// in the log, so no condition on the log's columns speaks of it. Those outside of the times that
/// are asked for are not among them.
Result<std::deque<store::ExchangeRow>> Planner::AnchorsLeftOut(
    const store::ExchangeFilter& filter) {
  if (options_.overlay == nullptr || !HasConditions(filter)) {
    return std::deque<store::ExchangeRow>();
  }
  std::set<store::ExchangeId> ids;
  TRY(options_.overlay->Visit(
      [&](const store::OverlayEntry& entry) {
        if (const auto* move = std::get_if<store::OverlayMove>(&entry.what)) {
          ids.insert(move->other.exchange);
        }
        return true;
      },
      [&](const store::Insertion& insertion) {
        if (insertion.place != store::Place::kAtTime) {
          ids.insert(insertion.beside);
        }
        return true;
      }));
  std::deque<store::ExchangeRow> rows;
  for (const store::ExchangeId& id : ids) {
    if (store::IsInsertion(id)) {
      continue;
    }
    TRY_ASSIGN(store::ExchangeRow row, log_.Find(store::FormatExchangeId(id)));
    if (row.began_at >= filter.since.value_or(row.began_at) &&
        row.began_at < filter.until.value_or(std::numeric_limits<TimeNs>::max())) {
      rows.push_back(std::move(row));
    }
  }
  std::ranges::sort(rows, [](const auto& a, const auto& b) { return PlaceOf(a) < PlaceOf(b); });
  return rows;
}

/// What stands beside those that come before `before`, or beside all that are left. False: enough.
Result<bool> Planner::PlanBesideLeftOut(std::deque<store::ExchangeRow>& left_out,
                                        const store::ExchangeRow* before, const Take& take) {
  while (!left_out.empty() && (before == nullptr || PlaceOf(left_out.front()) < PlaceOf(*before))) {
    const store::ExchangeRow row = std::move(left_out.front());
    left_out.pop_front();
    TRY_ASSIGN(const bool go_on, PlanWithOverlay(row, false, take));
    if (!go_on) {
      return false;
    }
  }
  if (before != nullptr && !left_out.empty() && left_out.front().id == before->id) {
    left_out.pop_front();  // it is not left out
  }
  return true;
}

/// A row with all that the overlay puts before and after it.
Result<bool> Planner::PlanWithOverlay(const store::ExchangeRow& row, bool selected,
                                      const Take& take) {
  store::ExchangeOverlay laid;
  if (options_.overlay != nullptr) {
    TRY_ASSIGN(const bool go_on, PlanInsertionsBefore(row.began_at, take));
    if (!go_on) {
      return false;
    }
    TRY_ASSIGN(laid, options_.overlay->Of(row.id));
  }
  std::unique_ptr<PlannedExchange> planned;
  if (selected) {
    TRY_ASSIGN(planned, PlanRow(row, laid.entries, Share::kStaying));
  }
  const bool anchors = !laid.before.empty() || !laid.after.empty() || !laid.moved_here.empty();
  if (!anchors) {
    return planned ? Hand(std::move(planned), take) : Result<bool>(true);
  }
  // What is beside it needs to know its times, whether it is sent itself or not.
  PlannedExchange beside;
  beside.id = row.id;
  beside.began_at = row.began_at;
  if (planned && !planned->operations.empty()) {
    beside.operations = planned->operations;
  } else if (row.latency_ns >= 0) {
    beside.operations.emplace_back().order.answered_at =
        row.began_at + row.request_span_ns + row.latency_ns;
  }
  for (const store::Insertion& insertion : laid.before) {
    TRY_ASSIGN(const bool go_on, PlanInsertion(insertion, &beside, take));
    if (!go_on) {
      return false;
    }
  }
  TRY_ASSIGN(bool go_on, PlanMoved(laid.moved_here, beside, false, take));
  if (go_on && planned) {
    AddAnchor(*planned, beside);
    TRY_ASSIGN(go_on, Hand(std::move(planned), take));
  }
  if (go_on) {
    TRY_ASSIGN(go_on, PlanMoved(laid.moved_here, beside, true, take));
  }
  for (const store::Insertion& insertion : laid.after) {
    if (go_on) {
      TRY_ASSIGN(go_on, PlanInsertion(insertion, &beside, take));
    }
  }
  return go_on;
}

/// Operations that the overlay moves beside that exchange, on one side of it. Several items of one
/// exchange go together.
Result<bool> Planner::PlanMoved(const std::vector<store::OverlayEntry>& moved,
                                const PlannedExchange& beside, bool after, const Take& take) {
  std::optional<store::ExchangeId> last;
  for (const store::OverlayEntry& entry : moved) {
    const auto* move = std::get_if<store::OverlayMove>(&entry.what);
    if (move == nullptr || move->after != after || last == entry.at.exchange) {
      continue;
    }
    last = entry.at.exchange;
    TRY_ASSIGN(const store::ExchangeRow row, log_.Find(store::FormatExchangeId(entry.at.exchange)));
    TRY_ASSIGN(const store::ExchangeOverlay laid, options_.overlay->Of(row.id));
    TRY_ASSIGN(auto planned, PlanRow(row, laid.entries, Share::kMoved));
    if (planned) {
      ++counts_.moved;
      PutBeside(*planned, beside, after);
      TRY_ASSIGN(const bool go_on, Hand(std::move(planned), take));
      if (!go_on) {
        return false;
      }
    }
  }
  return true;
}

Result<bool> Planner::PlanInsertion(const store::Insertion& insertion,
                                    const PlannedExchange* beside, const Take& take) {
  Draft draft;
  PlannedExchange& exchange = draft.exchange;
  exchange.id = store::InsertionId(insertion.number);
  exchange.began_at = beside != nullptr ? beside->began_at : insertion.at;
  exchange.request = RequestOf(insertion);
  exchange.meaning = Understand(exchange.request);
  draft.whole = true;
  draft.inserted = true;
  TRY_ASSIGN(store::ExchangeOverlay laid, options_.overlay->Of(exchange.id));
  draft.entries = std::move(laid.entries);
  // Who put it there has decided it, and nobody can have known of it: it comes at its place.
  draft.answered_at = exchange.began_at;
  if (insertion.position) {
    for (const dialect::Operation& operation : exchange.meaning.operations) {
      draft.entries.push_back({{exchange.id, operation.item}, *insertion.position});
    }
  }
  ++counts_.inserted;
  TRY_ASSIGN(const bool kept, Edit(draft));
  TRY(Judge(draft, Share::kStaying));
  if (!kept) {
    OmitAll(exchange, Omission::kRule);
  }
  PutInOrder(draft);
  if (beside != nullptr) {
    PutBeside(exchange, *beside, insertion.place == store::Place::kAfter);
  }
  return Hand(std::move(draft.owned), take);
}

/// As the overlay says, before all other edits.
Status Planner::Rewrite(Draft& draft) {
  const bool any = std::ranges::any_of(draft.entries, [](const store::OverlayEntry& entry) {
    return std::holds_alternative<store::OverlayRewrite>(entry.what);
  });
  if (!any) {
    return {};
  }
  PlannedExchange& exchange = draft.exchange;
  TRY(ApplyRewrites(draft.entries, exchange.meaning, exchange.request));
  exchange.coded_body.clear();
  draft.ChangeMeaning(Understand(exchange.request));
  ++counts_.rewritten;
  return {};
}

}  // namespace trafrec::plan
