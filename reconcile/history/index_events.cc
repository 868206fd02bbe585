#include "reconcile/history/index_events.h"

#include <utility>

#include "reconcile/history/mutation_facts.h"

namespace trafrec::reconcile {

using dialect::Fate;

void IndexEvents::Add(const Request& by) {
  if (!WasTurnedDown(by.outcome)) {
    const dialect::RequestView& request = by.request;
    if (!by.cut) {
      history_.alias_routings.Note(by.meaning.api, request.target, request.body,
                                   by.outcome.fate == Fate::kDone);
    }
    history_.pipelines.Note(by.meaning.api, request.target, by.operation, request.body,
                            by.edited || by.cut);
  }
  const bool makes = by.meaning.api == "indices.create";
  const bool moves = by.meaning.api == "indices.rollover";
  if ((!makes && !moves && by.meaning.api != "indices.delete") ||
      by.outcome.fate == Fate::kRefused || by.outcome.fate == Fate::kNotFound) {
    return;
  }
  for (const dialect::Key& key : by.operation.keys) {
    if (moves || (makes && &key != by.operation.keys.data())) {
      history_.names.Moves(key.name);  // of a creation: aliases, any if it cannot be read
      continue;
    }
    history_.events.push_back({.name = key.name,
                               .what = makes ? IndexEvent::What::kMade : IndexEvent::What::kRemoved,
                               .ran = by.ran,
                               .answered = by.outcome.fate == Fate::kDone});
    if (makes && by.cut) {
      history_.names.Moves("*");
    }
    if (makes && by.outcome.fate == Fate::kDone) {
      made_.insert(key.name);
      history_.names.IsIndex(key.name);
      auto mapping = by.edited || by.cut ? std::nullopt : Mapping::OfCreation(by.request.body);
      if (mapping) {
        mappings_[key.name] = std::move(*mapping);
      }
      if (auto made = by.cut ? std::nullopt : ReadCreation(key.name, by.request.body)) {
        history_.settings.push_back(std::move(*made));
      }
    }
  }
}

const Mapping* IndexEvents::MappingOf(const std::string& name) const {
  const auto mapping = mappings_.find(history_.IndexBehind(name));
  return mapping == mappings_.end() ? nullptr : &mapping->second;
}

}  // namespace trafrec::reconcile
