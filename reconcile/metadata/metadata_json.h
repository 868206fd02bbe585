#pragma once

#include <map>
#include <string>

#include "reconcile/source/json_place.h"

// Parts of JSON that requests and answers have alike.

namespace trafrec::reconcile {

using NamedValues = std::map<std::string, std::string>;

/// The fields of a mapping, with or without a type around it.
void TakeMapping(const JsonPlace& mapping, NamedValues& fields);
/// Settings by their full names, those of an index as "index.…". A null is "null".
void TakeSettings(const JsonPlace& settings, const std::string& prefix, NamedValues& named);
/// "a,b" of an array of texts, or of one.
std::string TextsIn(const JsonPlace& place);
/// The index patterns of a template, as both have them.
std::string PatternsOf(const JsonPlace& made);

}  // namespace trafrec::reconcile
