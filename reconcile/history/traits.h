#pragma once

#include <string_view>
#include <vector>

#include "reconcile/history/content.h"
#include "replay/dialect/operation.h"

namespace trafrec::reconcile {

/// A part of what an operation asks for that its index, or a script, may refuse: a value in a
/// field, a script.
struct Trait {
  Print field = 0;  ///< by its whole name; of a script its own
  /// The field, and what kind of value it is: its type, how large a number, which form a text.
  Print what = 0;
  Print value = 0;
  /// Of a value that every field of texts takes: the field, as one of texts; else 0.
  Print as_text = 0;
  /// What was taken with so many different values is taken with any; with fewer only with those.
  unsigned least = 1;
};

/// What an operation asks for, as far as that can be held against what others asked for.
struct Traits {
  bool readable = false;  ///< else nothing is the like of it
  std::vector<Trait> parts{};
};

/// A text of letters tells little of what a field takes, and a script that worked on one document
/// little of whether it works on another.
inline constexpr unsigned kDifferentValues = 8;
/// Of indices, templates, aliases and mappings, which are made from few forms.
inline constexpr unsigned kDifferentThings = 3;
/// None but those that were taken.
inline constexpr unsigned kNoOthers = 1'000;

/// Of an index, create, update or delete; `body`: its source, or what an update has; null: no JSON.
Traits TraitsOf(const dialect::Operation& operation, const json::Tree* body);

/// Whether a request of that kind makes a thing that is no document, and is like others of its
/// kind.
bool IsComparable(std::string_view api);
/// Of such a request.
Traits TraitsOfMaking(std::string_view api, std::string_view target, std::string_view body);

}  // namespace trafrec::reconcile
