#include "reconcile/history/wrong_pair.h"

#include <string_view>

#include "reconcile/history/mutation_facts.h"
#include "replay/recorded/exchange_view.h"
#include "store/format/flags.h"

namespace trafrec::reconcile {
namespace {

/// The source repeats that header as it came.
bool EchoesAnother(const dialect::RequestView& request, const dialect::AnswerView& answer) {
  const std::string_view sent = dialect::FieldOf(request.headers, "X-Opaque-Id");
  const std::string_view echoed = dialect::FieldOf(answer.headers, "X-Opaque-Id");
  return !echoed.empty() && echoed != sent;
}

bool IsOfAnother(const dialect::Operation& operation, const dialect::Outcome& outcome) {
  const dialect::Key* key = dialect::FindDocument(operation.keys);
  if (key == nullptr || outcome.id.empty()) {
    return false;
  }
  // Who gives no id gets a new document.
  return key->id.empty() ? outcome.fate != dialect::Fate::kCreated : key->id != outcome.id;
}

}  // namespace

bool IsWrongPair(const store::StoredExchange& exchange, const dialect::Dialect& dialect) {
  if (!store::HasFlag(exchange.row.flags, store::Flag::kPairingPresumed)) {
    return false;
  }
  const recorded::ExchangeView view(exchange);
  if (view.request() == nullptr || view.answer() == nullptr) {
    return false;
  }
  if (EchoesAnother(*view.request(), *view.answer())) {
    return true;
  }
  const dialect::Meaning meaning = MeaningOf(dialect, *view.request(), true, false);
  const dialect::Answer answer = dialect.ReadAnswer(meaning, *view.answer());
  for (const dialect::Outcome& outcome : answer.outcomes) {
    if (outcome.item < meaning.operations.size() &&
        IsOfAnother(meaning.operations[outcome.item], outcome)) {
      return true;
    }
  }
  return false;
}

}  // namespace trafrec::reconcile
