#include "replay/run/flight_items.h"

namespace trafrec::replay {

ledger::Address AddressOf(const Flight& flight, const guard::Item& item) {
  return {flight.plan.id, flight.plan.meaning.operations[item.operation].item};
}

const dialect::Operation& OperationOf(const Flight& flight, const guard::Item& item) {
  return flight.plan.meaning.operations[item.operation];
}

const dialect::Key* DocumentOf(const Flight& flight, const guard::Item& item) {
  return dialect::FindDocument(OperationOf(flight, item).keys);
}

std::string_view IndexOf(const Flight& flight, const guard::Item& item, const dialect::Key& key) {
  const bool told = item.source != nullptr && !item.source->index.empty() && !flight.plan.edited;
  return told ? std::string_view(item.source->index) : std::string_view(key.name);
}

std::optional<ledger::Condition> ConditionOf(const guard::Item& item) {
  if (!item.condition) {
    return std::nullopt;
  }
  ledger::Condition condition;
  if (item.condition->exists) {
    condition.unchanged_since = {item.condition->seq_no, item.condition->primary_term};
  }
  return condition;
}

}  // namespace trafrec::replay
