#include "tools/compare/page_differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "replay/compare/known_differences.h"
#include "tools/compare/limits.h"
#include "tools/page/html.h"
#include "tools/page/search_bar.h"
#include "tools/shell_quote.h"
#include "tools/terminal.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

using page::Html;

const char* ClassOf(const AnswerRow& row) {
  switch (row.mark) {
    case RowMark::kAlike:
      return row.source.empty() == row.target.empty() ? "a" : "o";
    case RowMark::kHidden:
      return "h";
    case RowMark::kLeftOut:
      return "more";
    case RowMark::kDiffers:
    case RowMark::kSourceOnly:
    case RowMark::kTargetOnly:
      return "d";
  }
  std::unreachable();
}

std::string RowsTable(const std::vector<AnswerRow>& rows) {
  std::string out =
      R"(<table class="rows"><thead><tr><th class="sign"></th><th scope="col">the source</th>)"
      R"(<th scope="col">the target</th></tr></thead><tbody>)"
      "\n";
  for (size_t i = 0; i < std::min(rows.size(), limits::kSampleRows); ++i) {
    const AnswerRow& row = rows[i];
    if (row.mark == RowMark::kLeftOut) {
      out += fmt::format(R"(<tr class="more"><td class="sign"></td><td colspan="2">… {}</td></tr>)",
                         CountOf(row.left_out, "line that is alike", "lines that are alike"));
    } else {
      out += fmt::format(R"(<tr class="{}"><td class="sign">{}</td><td>{}</td><td>{}</td></tr>)",
                         ClassOf(row), Html(SignOf(row.mark)), Html(row.source), Html(row.target));
    }
    out += "\n";
  }
  if (rows.size() > limits::kSampleRows) {
    out +=
        fmt::format(R"(<tr class="more"><td class="sign"></td><td colspan="2">… and {}</td></tr>)",
                    CountOf(rows.size() - limits::kSampleRows, "more row"));
  }
  return out + "</tbody></table>\n";
}

class Section {
 public:
  Section(const CompareReport& report, const ReadSample& read) : report_(report), read_(read) {}

  std::string Run() {
    const std::vector<compare::Group> groups = report_.tally.Groups();
    out_ = "<section id=\"differences\"><h2>Differences</h2>\n";
    if (groups.empty()) {
      return out_ + "<p>None.</p></section>\n";
    }
    Tools(groups);
    size_t shown = 0;
    while (shown < std::min(groups.size(), limits::kPageGroups) &&
           out_.size() < limits::kPageBytes) {
      PutGroup(groups[shown++]);
    }
    if (shown < groups.size()) {
      out_ += fmt::format(
          "<p class=\"soft\">And {}, which touch fewer exchanges: "
          "<code>trafrec compare --json</code></p>\n",
          CountOf(groups.size() - shown, "more kind", "more kinds"));
    }
    if (report_.tally.ungrouped() > 0) {
      out_ += fmt::format(
          "<p class=\"soft\">{} beyond the limits of one answer or of the list of "
          "kinds.</p>\n",
          CountOf(report_.tally.ungrouped(), "more difference"));
    }
    return std::move(out_) + "</section>\n";
  }

 private:
  void Tools(const std::vector<compare::Group>& groups) {
    std::set<std::string> parts;
    std::set<std::string> kinds;
    for (const compare::Group& group : groups) {
      parts.insert(Html(NameOf(group.part)));
      kinds.insert(Html(NameOf(group.kind)));
    }
    out_ += page::SearchBar("kind", "kinds", "shape, words, values, ids",
                            {{"part", std::move(parts)}, {"kind", std::move(kinds)}}) +
            "<p class=\"soft\">Those that touch most exchanges first. Open one to see samples: "
            "<b>*</b> differs, <b>&lt;</b> only at the source, <b>&gt;</b> only at the target, "
            "<b>~</b> hidden by a rule.</p>\n";
  }

  void PutGroup(const compare::Group& group) {
    compare::Difference first = group.first;
    first.source = ClipToWidth(EscapeForTerminal(first.source), limits::kPageValueColumns);
    first.target = ClipToWidth(EscapeForTerminal(first.target), limits::kPageValueColumns);
    out_ += fmt::format(
        R"(<details class="group" data-part="{}" data-kind="{}"><summary>)"
        R"(<span class="count">{}</span><span class="shape">{}</span>)"
        R"(<span class="words">{}</span></summary>)"
        "\n",
        NameOf(group.part), NameOf(group.kind), WithCommas(group.exchanges),
        Html(ClipToWidth(EscapeForTerminal(group.shape), limits::kPageNameColumns)),
        Html(InWords(first)) +
            (first.known == nullptr
                 ? ""
                 : "<br><span class=\"soft\">" + Html(compare::InWords(*first.known)) + "</span>"));
    PutSample(group.first_source, group.first_result);
    for (const auto& [source, result] : group.others) {
      PutSample(source, result);
    }
    out_ += "</details>\n";
  }

  void PutSample(const std::string& source, const std::string& result) {
    if (out_.size() >= limits::kPageBytes) {
      return;
    }
    const Result<std::vector<AnswerRow>> rows = read_(source, result);
    std::string text =
        fmt::format("<div class=\"sample\"><h4>{} at the source, {} at the target</h4>\n",
                    Html(source), Html(result)) +
        (rows ? RowsTable(*rows) : "<p>" + Html(rows.error().what) + "</p>\n") +
        fmt::format("<p class=\"soft\"><code>trafrec compare explain {} {} {}</code></p></div>\n",
                    Html(ShellQuoted(report_.source)), Html(ShellQuoted(report_.run)),
                    Html(source));
    // The last one must not overshoot: one pair of lines can be long.
    if (out_.size() + text.size() <= limits::kPageBytes) {
      out_ += text;
    }
  }

  const CompareReport& report_;
  const ReadSample& read_;
  std::string out_;
};

}  // namespace

std::string DifferencesSection(const CompareReport& report, const ReadSample& read) {
  return Section(report, read).Run();
}

}  // namespace trafrec::tools
