#pragma once

#include <string_view>

namespace trafrec::patterns {

// The files page.html and page.css of this folder, compiled in.
extern const std::string_view kPageHtml;
extern const std::string_view kPageCss;

}  // namespace trafrec::patterns
