#include "tools/page/html.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "store/crypto/hash.h"
#include "tools/json_text.h"
#include "tools/page/resources.h"
#include "tools/terminal.h"

namespace trafrec::page {

std::string Html(std::string_view bytes) {
  std::string out;
  for (const char c : tools::EscapeForTerminal(bytes)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string Filled(std::string_view text,
                   const std::vector<std::pair<std::string_view, std::string>>& values) {
  std::string out;
  while (!text.empty()) {
    const size_t begin = text.find("{{");
    out += text.substr(0, begin);
    if (begin == std::string_view::npos) {
      break;
    }
    const size_t end = text.find("}}", begin);
    CHECK(end != std::string_view::npos);
    const std::string_view name = text.substr(begin + 2, end - begin - 2);
    const auto value =
        std::ranges::find(values, name, [](const auto& known) { return known.first; });
    CHECK(value != values.end());
    out += value->second;
    text.remove_prefix(end + 2);
  }
  return out;
}

std::string Head(std::string_view title, std::string_view css, std::string_view script) {
  std::string hash = "sha256-";
  tools::AppendBase64(hash, AsText(store::crypto::Sha256::Of(AsBytes(script))));
  return Filled(kPageHead, {{"title", std::string(title)},
                            {"script-hash", std::move(hash)},
                            {"style", std::string(kPageCss).append(css)}});
}

}  // namespace trafrec::page
