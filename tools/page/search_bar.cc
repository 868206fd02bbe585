#include "tools/page/search_bar.h"

#include <fmt/format.h>

namespace trafrec::page {

std::string SearchBar(const std::string& thing, const std::string& things, const std::string& hint,
                      const std::vector<Choice>& choices) {
  std::string out = fmt::format(
      R"(<div class="tools" data-thing="{}" data-things="{}" hidden><input class="filter" type="search" )"
      R"(placeholder="Search: {}" aria-label="Show only what has these words"> )",
      thing, things, hint);
  for (const Choice& choice : choices) {
    out +=
        fmt::format(R"(<label>{0} <select name="{0}"><option value="">all</option>)", choice.name);
    for (const std::string& value : choice.values) {
      out += fmt::format("<option>{}</option>", value);
    }
    out += "</select></label> ";
  }
  return out + "<output class=\"soft\"></output></div>\n";
}

}  // namespace trafrec::page
