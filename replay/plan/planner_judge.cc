// Which operations are sent: by what was selected, by what the source answered, and by what the
// overlay says of those that it did not answer.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "replay/plan/overlay_request.h"
#include "replay/plan/planner.h"
#include "store/reader/exchange_id.h"

namespace trafrec::plan {

using dialect::Fate;
using dialect::Key;
using dialect::Kind;

namespace {

bool HasFate(const std::optional<dialect::Outcome>& outcome) {
  return outcome && outcome->fate != Fate::kUnknown;
}

Error PhantomError(const std::string& which, size_t count) {
  return {ErrorCode::kUsage,
          fmt::format("the log does not show what became of {}: {}",
                      count == 1 ? "a mutation" : fmt::format("{} mutations", count), which),
          "let trafrec reconcile decide them (--overlay), or say --phantoms send or drop"};
}

}  // namespace

Status Planner::LookForPhantoms() {
  if (options_.phantoms != Phantoms::kStop ||
      options_.selection.only == edit::Selection::Only::kQueries) {
    return {};
  }
  std::vector<std::string> first;
  size_t count = 0;
  TRY(log_.Visit(options_.filter, [&](const store::ExchangeRow& row) {
    const bool answered =
        row.has_response && row.status != 408 && row.status != 502 && row.status != 504;
    const bool truncated = HasFlag(row.flags, store::Flag::kResponseTruncated);
    if (!row.has_request || (answered && !truncated)) {
      return true;
    }
    const dialect::Meaning meaning = dialect_.Understand(
        {.method = row.method, .target = row.target, .headers = {}, .body = {}});
    // Without its body a bulk has no items; its status says nothing of them.
    const bool bulk = meaning.kind == Kind::kBulk;
    if (answered && !bulk) {
      return true;
    }
    if ((!meaning.mutation && !bulk) || (!bulk && !options_.selection.Takes(meaning))) {
      return true;
    }
    if (Decides(row.id)) {
      return true;
    }
    if (++count <= 3) {
      first.push_back(
          fmt::format("{} ({} {})", store::FormatExchangeId(row.id), row.method, row.target));
    }
    return true;
  }));
  if (count > 0) {
    return std::unexpected(
        PhantomError(fmt::format("{}{}", fmt::join(first, ", "), count > 3 ? ", …" : ""), count));
  }
  return {};
}

bool Planner::IsSampled(const PlannedExchange& exchange) const {
  if (options_.sampler == nullptr) {
    return true;
  }
  switch (options_.sampler->by()) {
    case edit::SampleBy::kConnection:
      return options_.sampler->Takes(fmt::format("{}-{}-{}", exchange.id.recorder,
                                                 exchange.id.attempt,
                                                 exchange.connection & 0xffff'ffff));
    case edit::SampleBy::kTarget:
      return options_.sampler->TakesTarget(exchange.request.target);
    case edit::SampleBy::kDocument:
      break;
  }
  return true;  // by operation
}

bool Planner::IsTaken(const dialect::Operation& operation, const PlannedOperation& planned) const {
  if (!options_.selection.Takes(operation)) {
    return false;
  }
  return options_.sampler == nullptr || options_.sampler->by() != edit::SampleBy::kDocument ||
         options_.sampler->TakesOperation(operation, planned.source ? &*planned.source : nullptr);
}

/// What is left of a body may mean something else than the whole did: a query lacks a filter, two
/// halves of documents become one. So of what changes a search engine only those items of a bulk go
/// that are whole themselves. Bodies of plain HTTP mean nothing to us, and reads do no harm.
bool Planner::MayGoIncomplete(const Draft& draft, size_t operation) {
  const dialect::Operation& asked = draft.exchange.meaning.operations[operation];
  if (!asked.mutation || asked.kind == Kind::kWrite) {
    return true;
  }
  const std::optional<uint32_t> place = draft.PlaceOf(operation);
  if (draft.as_recorded().kind != Kind::kBulk || asked.kind == Kind::kUnknown || !place) {
    return false;
  }
  return *place < draft.whole_items;
}

/// Under which number the log, and so the overlay, has an operation of the edited request.
uint32_t Planner::ItemOf(const Draft& draft, size_t operation) {
  const std::optional<uint32_t> place = draft.PlaceOf(operation);
  return place ? draft.as_recorded().operations[*place].item
               : draft.exchange.meaning.operations[operation].item;
}

/// Which operations are sent, by what the source answered and the overlay says.
Status Planner::Judge(Draft& draft, Share share) {
  PlannedExchange& exchange = draft.exchange;
  const dialect::Meaning& meaning = exchange.meaning;
  exchange.operations.resize(meaning.operations.size());
  for (size_t i = 0; i < meaning.operations.size(); ++i) {
    PlannedOperation& planned = exchange.operations[i];
    const dialect::Operation& operation = meaning.operations[i];
    const std::optional<uint32_t> place = draft.PlaceOf(i);
    if (draft.answer && place && HasFate(draft.answer->outcomes[*place])) {
      planned.source = draft.answer->outcomes[*place];
    }
    const uint32_t item = ItemOf(draft, i);
    if (const Key* key = dialect::FindDocument(operation.keys)) {
      planned.id = key->id.empty() && planned.source ? planned.source->id : key->id;
    }
    const bool moved = FindEntry<store::OverlayMove>(draft.entries, item) != nullptr;
    if (!IsTaken(operation, planned) || moved != (share == Share::kMoved)) {
      planned.omission = Omission::kNotSelected;
    } else if (FindEntry<store::OverlayDrop>(draft.entries, item) != nullptr) {
      planned.omission = Omission::kOverlay;
    } else if (!draft.whole && !(options_.send_incomplete && MayGoIncomplete(draft, i))) {
      planned.omission = Omission::kIncomplete;
    } else if (operation.mutation && planned.source &&
               (planned.source->fate == Fate::kRejected || planned.source->fate == Fate::kFailed)) {
      planned.omission = Omission::kNotCarriedOut;
    } else if (operation.mutation && !planned.source && place && !draft.inserted) {
      const auto* said = FindEntry<store::OverlayVerdict>(draft.entries, item);
      TRY_ASSIGN(planned.omission, JudgePhantom(draft, item, said));
      planned.committed = said != nullptr && said->verdict == store::Verdict::kCommitted;
    }
  }
  if (!exchange.mark && IsSentinel(exchange.request)) {
    OmitAll(exchange, Omission::kSentinel);
  } else if (IsCalibration(exchange.request)) {
    OmitAll(exchange, Omission::kCalibration);
  } else if (draft.upgraded) {
    OmitAll(exchange, Omission::kNotHttp);
  }
  return {};
}

/// `item`: as the log has it. `said`: by the overlay, if not null.
Result<Omission> Planner::JudgePhantom(const Draft& draft, uint32_t item,
                                       const store::OverlayVerdict* said) {
  if (said != nullptr) {
    switch (said->verdict) {
      case store::Verdict::kCommitted:
        return Omission::kNone;
      case store::Verdict::kNotCommitted:
      case store::Verdict::kSuperseded:
        return Omission::kOverlay;
      case store::Verdict::kUnknown:
        break;
    }
  }
  switch (options_.phantoms) {
    case Phantoms::kSend:
      return Omission::kNone;
    case Phantoms::kDrop:
      return Omission::kPhantom;
    case Phantoms::kStop:
      break;
  }
  const message::Request& request = draft.exchange.request;
  return std::unexpected(
      PhantomError(fmt::format("{}, item {} ({} {})", store::FormatExchangeId(draft.exchange.id),
                               item, request.method, request.target),
                   1));
}

}  // namespace trafrec::plan
