#include "tools/reconcile/page_verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "tools/page/html.h"
#include "tools/page/search_bar.h"
#include "tools/reconcile/limits.h"
#include "tools/shell_quote.h"
#include "tools/terminal.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

using page::Html;
using reconcile::Evidence;
using reconcile::Finding;
using store::Grade;
using store::Verdict;

/// Of a recorded name.
std::string Name(std::string_view bytes) {
  return Html(ClipToWidth(EscapeForTerminal(bytes), limits::kVerdictColumns));
}

class Section {
 public:
  explicit Section(const VerdictReport& report) : report_(report) {}

  std::string Run() {
    out_ = "<section id=\"verdicts\"><h2>Verdicts</h2>\n";
    std::vector<const Finding*> findings;
    for (const Finding& finding : report_.judgement.findings) {
      findings.push_back(&finding);
    }
    if (findings.empty()) {
      return out_ + "<p>The log shows the outcome of every mutation.</p></section>\n";
    }
    std::ranges::sort(findings, {}, [](const Finding* finding) {
      return std::tuple(finding->verdict != Verdict::kUnknown, finding->grade == Grade::kProven,
                        finding->question);
    });
    WhatWouldDecide();
    Tools();
    size_t shown = 0;
    while (shown < findings.size() && out_.size() < limits::kVerdictBytes) {
      Put(*findings[shown++]);
    }
    if (shown < findings.size()) {
      out_ += fmt::format(
          "<p class=\"soft\">And {}: "
          "<code>trafrec reconcile --json</code></p>\n",
          CountOf(findings.size() - shown, "more operation"));
    }
    return std::move(out_) + "</section>\n";
  }

 private:
  /// What the unknown ones want, and how many want it.
  void WhatWouldDecide() {
    std::map<std::string, uint64_t> wanted;
    for (const Finding& finding : report_.judgement.findings) {
      for (const Evidence& evidence : finding.evidence) {
        wanted[evidence.words] += evidence.kind == "open" ? 1 : 0;
      }
    }
    std::erase_if(wanted, [](const auto& each) { return each.second == 0; });
    if (wanted.empty()) {
      return;
    }
    out_ += "<h3>What would decide the unknown ones</h3>\n<ul class=\"left\">\n";
    size_t rows = 0;
    for (const auto& [words, count] : wanted) {
      if (++rows > limits::kVerdictRows) {
        break;
      }
      out_ += fmt::format("<li>{}: {}</li>\n", CountOf(count, "operation"), Html(words));
    }
    out_ += "</ul>\n";
  }

  void Tools() {
    std::set<std::string> verdicts;
    std::set<std::string> kinds;
    std::set<std::string> indices;
    for (const Finding& finding : report_.judgement.findings) {
      const reconcile::Question& question = report_.history.questions[finding.question];
      verdicts.emplace(store::NameOf(finding.verdict));
      kinds.emplace(dialect::NameOf(question.kind));
      if (!question.document.index.empty() && indices.size() < limits::kVerdictRows) {
        indices.insert(Name(question.document.index));
      }
    }
    out_ +=
        page::SearchBar("operation", "operations", "ids, targets, evidence",
                        {{"verdict", std::move(verdicts)},
                         {"kind", std::move(kinds)},
                         {"index", std::move(indices)}}) +
        "<p class=\"soft\">Those that stay unknown first, then those that are presumed. Open one "
        "to "
        "see what it rests on.</p>\n";
  }

  void Put(const Finding& finding) {
    const reconcile::Question& question = report_.history.questions[finding.question];
    const reconcile::OpenRequest& request = report_.history.requests[question.request];
    out_ += fmt::format(
        R"(<details class="group" data-verdict="{0}" data-kind="{1}" data-index="{2}"><summary>)"
        R"(<span class="says">{3}{4}</span><span class="what">{1}{5}<code>{6} {7}</code></span>)"
        "</summary>\n<ol>\n",
        store::NameOf(finding.verdict), dialect::NameOf(question.kind),
        Name(question.document.index), InWords(finding.verdict),
        finding.verdict == Verdict::kUnknown ? ""
        : finding.grade == Grade::kPresumed  ? "<small>presumed</small>"
                                             : "<small>proven</small>",
        question.document.id.empty() ? "" : " of " + Name(question.document.id),
        Name(request.method), Name(request.target));
    for (const Evidence& evidence : finding.evidence) {
      out_ += fmt::format("<li><b>{}</b>: {}</li>\n", Html(evidence.kind), Html(evidence.words));
    }
    out_ += "</ol>\n";
    if (finding.position) {
      out_ +=
          fmt::format("<p class=\"soft\">Its place in the source's history: <code>{}</code></p>\n",
                      Html(store::FormatPosition(*finding.position)));
    }
    out_ += fmt::format(
        "<p class=\"soft\"><code>trafrec reconcile explain {} {}</code></p></details>\n",
        Html(ShellQuoted(report_.log)), Html(store::FormatAddress(question.at)));
  }

  static std::string InWords(Verdict verdict) {
    return verdict == Verdict::kNotCommitted ? "not committed"
                                             : std::string(store::NameOf(verdict));
  }

  const VerdictReport& report_;
  std::string out_;
};

}  // namespace

std::string VerdictsSection(const VerdictReport& report) { return Section(report).Run(); }

}  // namespace trafrec::tools
