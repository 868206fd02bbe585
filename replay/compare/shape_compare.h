#pragma once

#include <string_view>

#include "replay/compare/difference.h"
#include "replay/dialect/operation.h"
#include "replay/json/json_tree.h"

namespace trafrec::compare {

/// Whether answers of an API tell of a server itself, its nodes, memory and files: two servers
/// never say the same, but in the same form.
bool TellsOfTheServer(const dialect::Meaning& meaning);

/// Which members there are, and of which types their values; of an array its first element, of
/// objects whose members are named by the server (nodes, tasks) the first member. null may be any.
Differences CompareShapes(const json::Tree& source, const json::Tree& target);

/// Of a table in text: the names in its first line, if that holds names; else how many columns its
/// widest line has.
Differences CompareColumns(std::string_view source, std::string_view target);

}  // namespace trafrec::compare
