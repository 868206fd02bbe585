#pragma once

#include <string_view>

namespace trafrec::tools {

// The files page.html, page.css and page.js of this folder, compiled in.
extern const std::string_view kComparePageHtml;
extern const std::string_view kComparePageCss;
extern const std::string_view kComparePageJs;

}  // namespace trafrec::tools
