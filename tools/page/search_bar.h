#pragma once

#include <set>
#include <string>
#include <vector>

namespace trafrec::page {

/// One of the values that a page's groups (`details.group`) have as data-NAME.
struct Choice {
  std::string name{};
  std::set<std::string> values{};  ///< escaped by the caller
};

/// A search and choices for the groups of a page, which its script shows. `thing` is what a group
/// is, `things` its plural; `hint` is what may be searched for.
std::string SearchBar(const std::string& thing, const std::string& things, const std::string& hint,
                      const std::vector<Choice>& choices);

}  // namespace trafrec::page
