#pragma once

#include <string_view>

namespace trafrec::tools {

// The files verdict_page.html and verdict_page.css of this folder, compiled in.
extern const std::string_view kVerdictPageHtml;
extern const std::string_view kVerdictPageCss;

}  // namespace trafrec::tools
