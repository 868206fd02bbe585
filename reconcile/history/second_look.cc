#include "reconcile/history/second_look.h"

#include <utility>

#include "reconcile/history/mutation_facts.h"
#include "replay/recorded/exchange_view.h"
#include "replay/recorded/request.h"

namespace trafrec::reconcile {

void SecondLook::Add(Understood& understood) {
  understood.Take(history_.alias_routings);
  const recorded::ExchangeView& view = understood.view();
  if (view.request() == nullptr) {
    return;
  }
  for (Sight& sight : understood.sights()) {
    history_.tokens.AddSight(history_, sight);
    sight.tokens.clear();
    kept_.Add(std::move(sight));
  }
  const store::StoredExchange& exchange = understood.exchange();
  const bool whole = recorded::IsWhole(*exchange.request);
  for (size_t i = 0; i < understood.meaning().operations.size(); ++i) {
    const dialect::Operation& operation = understood.meaning().operations[i];
    if (!operation.mutation) {
      continue;
    }
    history_.tokens.AddWriter(understood.bodies()[i].texts);
    const dialect::Key* key = dialect::FindDocument(operation.keys);
    const dialect::Outcome& outcome = understood.answer().outcomes[i];
    if (key != nullptr && whole && TookNumber(operation, outcome)) {
      Write write = WriteOf(exchange.row.id, operation, *key, outcome, understood.ran());
      if (kept_.Keeps(write.document) && !understood.has_edited_request()) {
        write.change = ChangeOf(operation, BodyTree(BodyOf(*view.request(), operation)).get());
      }
      kept_.Add(std::move(write));
    }
  }
}

}  // namespace trafrec::reconcile
