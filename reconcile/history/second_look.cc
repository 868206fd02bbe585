#include "reconcile/history/second_look.h"

#include <utility>

#include "reconcile/history/mutation_facts.h"
#include "reconcile/history/sights.h"
#include "replay/recorded/exchange_view.h"
#include "replay/recorded/request.h"

namespace trafrec::reconcile {

void SecondLook::Add(const store::StoredExchange& exchange) {
  const recorded::ExchangeView view(exchange);
  if (view.request() == nullptr) {
    return;
  }
  const dialect::Meaning meaning = dialect_.Understand(*view.request());
  const Span ran = SpanOf(exchange).Widened(clock_error_ns_);
  dialect::Answer answer;
  if (view.answer() != nullptr) {
    answer = dialect_.ReadAnswer(meaning, *view.answer());
  }
  answer.outcomes.resize(meaning.operations.size());
  if (view.answer() != nullptr && IsWhole(exchange.response)) {
    for (Sight& sight : SightsIn(*view.request(), meaning, *view.answer(), answer.outcomes, ran)) {
      sight.by = exchange.row.id;
      history_.tokens.AddSight(history_, sight);
      sight.tokens.clear();
      kept_.Add(std::move(sight));
    }
  }
  for (size_t i = 0; i < meaning.operations.size(); ++i) {
    const dialect::Operation& operation = meaning.operations[i];
    if (!operation.mutation) {
      continue;
    }
    const std::string_view body = BodyOf(*view.request(), operation);
    history_.tokens.AddWriter(body);
    const dialect::Key* key = dialect::FindDocument(operation.keys);
    if (key != nullptr && recorded::IsWhole(*exchange.request) &&
        TookNumber(operation, answer.outcomes[i])) {
      Write write = WriteOf(exchange.row.id, operation, *key, answer.outcomes[i], ran);
      if (kept_.Keeps(write.document)) {
        write.change = ChangeOf(operation, body);
      }
      kept_.Add(std::move(write));
    }
  }
}

}  // namespace trafrec::reconcile
