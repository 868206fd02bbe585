#pragma once

#include <string_view>

namespace trafrec::page {

// The files page.css and page.js of this folder, compiled in.
extern const std::string_view kPageCss;
extern const std::string_view kPageJs;

}  // namespace trafrec::page
