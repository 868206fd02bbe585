#include "tools/compare/page_sizes.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/compare/limits.h"
#include "tools/compare/page_plot.h"
#include "tools/compare/ranked.h"
#include "tools/page/html.h"
#include "tools/page/list_table.h"
#include "tools/terminal.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

using compare::BothSides;
using page::Html;
using page::ListTable;

constexpr ValueText kBytes = {
    .in_words = [](int64_t bytes) { return HumanBytes(static_cast<uint64_t>(bytes)); },
    .on_axis = [](int64_t bytes) { return ShortBytes(static_cast<uint64_t>(bytes)); }};

std::string Table(const compare::AnswerSizes& sizes) {
  ListTable table({{.name = "requests"},
                   {.name = "pairs", .number = true},
                   {.name = "p50 source", .number = true},
                   {.name = "p50 target", .number = true},
                   {.name = "p90 source", .number = true},
                   {.name = "p90 target", .number = true},
                   {.name = "p99 source", .number = true},
                   {.name = "p99 target", .number = true},
                   {.name = "distance", .number = true}});
  const auto ranked = RankedByCount(sizes.shapes());
  for (size_t i = 0; i < std::min(ranked.size(), limits::kPageRows); ++i) {
    const BothSides& counts = *ranked[i].second;
    table.Name(Html(ClipToWidth(EscapeForTerminal(ranked[i].first), limits::kPageNameColumns)));
    table.Number(WithCommas(counts.count()), counts.count());
    for (const double share : {0.5, 0.9, 0.99}) {
      for (const Histogram* side : {&counts.source, &counts.target}) {
        const auto bytes = static_cast<uint64_t>(side->Quantile(share));
        table.Number(ShortBytes(bytes), bytes);
      }
    }
    table.Number(fmt::format("{:.2f}", counts.distance()),
                 static_cast<uint64_t>(10'000 * counts.distance()));
    table.EndRow();
  }
  std::string out = "<div class=\"scroll\">" + table.Take() + "</div>\n";
  if (ranked.size() > limits::kPageRows) {
    out += fmt::format("<p class=\"soft\">And {}.</p>\n",
                       CountOf(ranked.size() - limits::kPageRows, "more shape"));
  }
  return out;
}

}  // namespace

std::string SizesSection(const compare::AnswerSizes& sizes) {
  const BothSides& all = sizes.all();
  std::string out = "<section id=\"sizes\"><h2>Sizes</h2>\n";
  if (all.source.greatest() == 0 && all.target.greatest() == 0) {
    return out + "<p>No answer has a body.</p></section>\n";
  }
  return out + "<p class=\"soft\">Bytes of the answers' bodies, their encodings taken off.</p>\n" +
         DistributionPlot("All requests", all, kBytes) + "<details><summary>By shape</summary>\n" +
         Table(sizes) + "</details></section>\n";
}

}  // namespace trafrec::tools
