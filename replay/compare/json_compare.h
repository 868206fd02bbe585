#pragma once

#include "replay/compare/difference.h"
#include "replay/json/json_tree.h"

namespace trafrec::compare {

/// What differs between two JSON documents by what they say, not by how they are written: the order
/// of members, white space, escapes and 1.0 for 1 are no difference. Numbers are compared by all of
/// their digits. Members of one name are compared first with first, second with second.
///
/// An array with an element more or less shows that element, as far as what stands before and
/// behind it is equal. Seen from the target it is the same: the mirror of Compare(a, b) is
/// Compare(b, a). Elements that all have _index and _id are documents: they are paired by these,
/// and which of them both lists have, and in which order, is one difference (named_list.h).
Differences CompareJson(const json::Tree& source, const json::Tree& target);

}  // namespace trafrec::compare
