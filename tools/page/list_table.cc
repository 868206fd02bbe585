#include "tools/page/list_table.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace trafrec::page {

ListTable::ListTable(std::vector<Head> heads) : heads_(std::move(heads)) {
  out_ = R"(<table class="list"><thead><tr>)";
  for (const Head& head : heads_) {
    out_ +=
        fmt::format(R"(<th scope="col"{}>{}</th>)", head.number ? R"( class="n")" : "", head.name);
  }
  out_ += "</tr></thead><tbody>\n<tr>";
}

void ListTable::Cell(const std::string& html, const char* extra) {
  const Head& head = heads_[column_++ % heads_.size()];
  out_ += fmt::format(R"(<td{}{} data-label="{}">{}</td>)", head.number ? R"( class="n")" : "",
                      extra, head.name, html);
}

void ListTable::Name(const std::string& html) {
  ++column_;
  out_ += R"(<td class="name">)" + html + "</td>";
}

void ListTable::Number(const std::string& text, uint64_t value) {
  Cell(text, fmt::format(R"( data-v="{}")", value).c_str());
}

std::string ListTable::Take() {
  out_.resize(out_.size() - std::string_view("<tr>").size());
  return out_ + "</tbody></table>\n";
}

}  // namespace trafrec::page
