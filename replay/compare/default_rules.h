#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "replay/compare/rules.h"

namespace trafrec::compare {

/// What is no news between two servers, by name: times, numbers that each node makes for itself,
/// and what a product is known to do otherwise. "search" is for any two servers of that dialect;
/// the others are its part for one product as the target.
const std::vector<std::string>& NamesOfDefaults();

/// A rules file: what --print-defaults prints. Nothing: there is none of that name.
std::optional<std::string> DefaultsText(std::string_view name);

/// The same, read. Empty for dialects that know nothing of the kind.
std::vector<Rule> DefaultRules(std::string_view name);

}  // namespace trafrec::compare
