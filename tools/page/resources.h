#pragma once

#include <string_view>

namespace trafrec::page {

// The files head.html, page.css and page.js of this folder, compiled in.
extern const std::string_view kPageHead;
extern const std::string_view kPageCss;
extern const std::string_view kPageJs;

}  // namespace trafrec::page
