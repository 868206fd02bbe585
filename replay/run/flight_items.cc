#include "replay/run/flight_items.h"

#include <algorithm>
#include <functional>
#include <string>

namespace trafrec::replay {

ledger::Address AddressOf(const Flight& flight, const guard::Item& item) {
  return {flight.plan().id, flight.plan().meaning.operations[item.operation].item};
}

const dialect::Operation& OperationOf(const Flight& flight, const guard::Item& item) {
  return flight.plan().meaning.operations[item.operation];
}

const dialect::Key* DocumentOf(const Flight& flight, const guard::Item& item) {
  return dialect::FindDocument(OperationOf(flight, item).keys);
}

std::string_view IndexOf(const Flight& flight, const guard::Item& item, const dialect::Key& key) {
  const bool told = item.source != nullptr && !item.source->index.empty() && !flight.plan().edited;
  return told ? std::string_view(item.source->index) : std::string_view(key.name);
}

std::vector<dialect::Key> TouchedBy(const Flight& flight, const guard::Item& item) {
  std::vector<dialect::Key> keys = flight.plan().operations[item.operation].order.keys;
  const std::vector<dialect::Key>& sent = OperationOf(flight, item).keys;
  keys.insert(keys.end(), sent.begin(), sent.end());
  return keys;
}

uint64_t WrittenBy(const Flight& flight, const guard::Item& item) {
  const dialect::Operation& operation = OperationOf(flight, item);
  const auto is_written = [](const dialect::Key& key) {
    return key.write &&
           (key.scope == dialect::Scope::kDocument || key.scope == dialect::Scope::kPath);
  };
  const auto key = std::ranges::find_if(operation.keys, is_written);
  if (!operation.mutation || key == operation.keys.end()) {
    return 0;
  }
  std::string resource = std::to_string(flight.plan().target);
  resource += '\0';
  resource += IndexOf(flight, item, *key);
  resource += '\0';
  resource += item.id;
  return std::hash<std::string>()(resource) | 1;
}

bool MayLend(const Flight& flight) {
  const plan::PlannedExchange& plan = flight.plan();
  const auto of_context = [](const dialect::Operation& operation) {
    return std::ranges::find(operation.keys, dialect::Scope::kContext, &dialect::Key::scope) !=
           operation.keys.end();
  };
  return !plan.meaning.mutation && plan.coding.empty() && !plan.mark &&
         std::ranges::none_of(plan.meaning.operations, of_context);
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

bool RefusedHereAlone(const guard::Item& item) {
  using dialect::Fate;
  if (item.source == nullptr || item.result.fate != Fate::kRefused) {
    return false;
  }
  const Fate there = item.source->fate;
  return there == Fate::kCreated || there == Fate::kUpdated || there == Fate::kDeleted ||
         there == Fate::kNoop || there == Fate::kDone;
}

}  // namespace trafrec::replay
