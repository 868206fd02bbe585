#include "replay/edit/selection.h"

#include <algorithm>

namespace trafrec::edit {

using dialect::Key;
using dialect::Meaning;
using dialect::Operation;
using dialect::Scope;

bool NamesIndex(const Operation& operation, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(operation.keys, [&patterns](const Key& key) {
    return (key.scope == Scope::kIndex || key.scope == Scope::kDocument) &&
           std::ranges::any_of(patterns, [&key](const std::string& pattern) {
             return dialect::NamesMeet(key.name, pattern);
           });
  });
}

bool NamesIndex(const Meaning& meaning, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(meaning.operations, [&patterns](const Operation& operation) {
    return NamesIndex(operation, patterns);
  });
}

bool Selection::Takes(const Operation& operation) const {
  return (!only || (*only == Only::kMutations) == operation.mutation) &&
         (indices.empty() || NamesIndex(operation, indices));
}

bool Selection::Takes(const Meaning& meaning) const {
  return empty() || std::ranges::any_of(meaning.operations, [this](const Operation& operation) {
           return Takes(operation);
         });
}

}  // namespace trafrec::edit
