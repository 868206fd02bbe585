#include "replay/edit/selection.h"

#include <algorithm>

#include "replay/condition/condition.h"

namespace trafrec::edit {

using condition::NamesIndex;
using dialect::Meaning;
using dialect::Operation;

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
