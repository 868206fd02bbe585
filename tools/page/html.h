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

/// The beginning of a page, up to its body: its security policy lets run this script, and nothing
/// that got into the page; nothing is asked of any server. `title` is text of a page already; `css`
/// comes behind the style that all pages have.
std::string Head(std::string_view title, std::string_view css, std::string_view script);

}  // namespace trafrec::page
