#include "reconcile/boundary/early_reads.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "replay/recorded/exchange_view.h"

namespace trafrec::reconcile {
namespace {

constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();

/// It shows documents, or opens or closes what others read from.
bool Reads(dialect::Kind kind) {
  return dialect::ShowsDocuments(kind) || kind == dialect::Kind::kOpenContext ||
         kind == dialect::Kind::kCloseContext;
}

}  // namespace

EarlyReads::EarlyReads(const dialect::Dialect& dialect, const Backfill& backfill)
    : dialect_(dialect), backfill_(backfill) {
  for (const CopiedPart& part : backfill.parts) {
    // Where the log does not show its end, nobody knows which reads were early.
    until_ = std::max(until_, part.ended == kNever ? 0 : part.ended);
  }
}

Result<bool> EarlyReads::Has(store::LogReader& log, const store::ExchangeRow& row) {
  if (!row.has_request || (row.began_at >= until_ && contexts_.empty())) {
    return false;
  }
  TRY_ASSIGN(const store::StoredExchange exchange, log.Load(row));
  const recorded::ExchangeView view(exchange);
  if (view.request() == nullptr) {
    return false;
  }
  const dialect::Meaning meaning = dialect_.Understand(*view.request());
  if (meaning.operations.empty() ||
      !std::ranges::all_of(meaning.operations, [&](const dialect::Operation& operation) {
        return Covers(operation, row.began_at);
      })) {
    return false;
  }
  if (view.answer() != nullptr) {
    std::string opened = dialect_.ReadAnswer(meaning, *view.answer()).context;
    if (!opened.empty()) {
      contexts_.insert(std::move(opened));
    }
  }
  return true;
}

bool EarlyReads::Covers(const dialect::Operation& operation, TimeNs at) const {
  if (!Reads(operation.kind)) {
    return false;
  }
  bool any = false;
  for (const dialect::Key& key : operation.keys) {
    if (key.scope == dialect::Scope::kContext) {
      if (!contexts_.contains(key.name)) {
        return false;
      }
    } else if (key.scope == dialect::Scope::kIndex || key.scope == dialect::Scope::kDocument) {
      const CopiedPart* part = backfill_.PartOf(key.name);
      if (part == nullptr || part->ended == kNever || at >= part->ended) {
        return false;
      }
    } else {
      return false;
    }
    any = true;
  }
  return any;
}

}  // namespace trafrec::reconcile
