#include "tools/reconcile/finding_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace trafrec::tools {
namespace {

using store::Grade;
using store::Verdict;

constexpr size_t kShown = 20;

std::string NameOf(const reconcile::History& history, const reconcile::Finding& finding) {
  const reconcile::Question& question = history.questions[finding.question];
  const reconcile::OpenRequest& request = history.requests[question.request];
  const std::string document =
      question.document.id.empty() ? "" : fmt::format(" of {}", question.document.id);
  return fmt::format("{}  {} {}  {}{}", store::FormatAddress(question.at), request.method,
                     request.target, dialect::NameOf(question.kind), document);
}

}  // namespace

std::string JudgementText(const reconcile::History& history, const reconcile::Judgement& judgement,
                          size_t width) {
  std::map<std::pair<Verdict, Grade>, size_t> counts;
  for (const reconcile::Finding& finding : judgement.findings) {
    ++counts[{finding.verdict, finding.grade}];
  }
  std::string out = fmt::format("{} mutations, of {} the log does not show the outcome\n\n",
                                history.mutations, judgement.findings.size());
  constexpr std::array kRows = {std::pair{Verdict::kCommitted, Grade::kProven},
                                std::pair{Verdict::kCommitted, Grade::kPresumed},
                                std::pair{Verdict::kNotCommitted, Grade::kProven},
                                std::pair{Verdict::kNotCommitted, Grade::kPresumed},
                                std::pair{Verdict::kSuperseded, Grade::kProven},
                                std::pair{Verdict::kUnknown, Grade::kProven}};
  for (const auto& [verdict, grade] : kRows) {
    const size_t count = counts[{verdict, grade}];
    if (count > 0) {
      out += fmt::format("  {:>8}  {}{}\n", count, store::NameOf(verdict),
                         grade == Grade::kPresumed ? " (presumed)" : "");
    }
  }
  if (!judgement.missing.empty()) {
    out +=
        fmt::format("\n{} mutations of the source are not in the log\n", judgement.missing.size());
  }
  for (const reconcile::Note& note : judgement.notes) {
    out += fmt::format("\n{}\n", note.words);
  }
  size_t shown = 0;
  for (const reconcile::Finding& finding : judgement.findings) {
    if (finding.verdict != Verdict::kUnknown) {
      continue;
    }
    if (shown == 0) {
      out += "\nunknown:\n";
    }
    if (++shown > kShown) {
      out += fmt::format("  … and {} more: --json lists all\n",
                         counts[{Verdict::kUnknown, Grade::kProven}] - kShown);
      break;
    }
    std::string line = "  " + NameOf(history, finding);
    line.resize(std::min(line.size(), std::max<size_t>(width, 40)));
    out += line + '\n';
  }
  return out;
}

std::string FindingLine(const reconcile::History& history, const reconcile::Finding& finding,
                        size_t width) {
  std::string line = fmt::format(
      "{}{}  {}", store::NameOf(finding.verdict),
      finding.verdict != Verdict::kUnknown && finding.grade == Grade::kPresumed ? " (presumed)"
                                                                                : "",
      NameOf(history, finding));
  line.resize(std::min(line.size(), std::max<size_t>(width, 40)));
  return line + '\n';
}

std::string FindingText(const reconcile::History& history, const reconcile::Finding& finding) {
  std::string out = NameOf(history, finding) + '\n';
  out += fmt::format("  {}{}\n", store::NameOf(finding.verdict),
                     finding.grade == Grade::kPresumed ? ", presumed" : "");
  int step = 0;
  for (const reconcile::Evidence& evidence : finding.evidence) {
    out += fmt::format("  {}. {}: {}\n", ++step, evidence.kind, evidence.words);
  }
  if (finding.position) {
    out += fmt::format("  position {}\n", store::FormatPosition(*finding.position));
  }
  return out;
}

}  // namespace trafrec::tools
