#pragma once

#include <string_view>

namespace trafrec::patterns {

// The files page.html, page.css and page.js of this folder, compiled in.
extern const std::string_view kPageHtml;
extern const std::string_view kPageCss;
extern const std::string_view kPageJs;

}  // namespace trafrec::patterns
