#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trafrec::page {

/// Recorded bytes as text of a page: nothing in it can be a tag, an attribute or an entity, control
/// characters and what is no UTF-8 are shown as in a terminal.
std::string Html(std::string_view bytes);

/// `text` with each {{name}} replaced by its value, once, in one pass: values are not looked at.
/// Every name must be known (CHECK).
std::string Filled(std::string_view text,
                   const std::vector<std::pair<std::string_view, std::string>>& values);

/// What a page's security policy lets run: this script, and nothing that got into the page.
std::string ScriptHash(std::string_view script);

}  // namespace trafrec::page
