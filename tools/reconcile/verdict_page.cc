#include "tools/reconcile/verdict_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <string_view>

#include "tools/accounting.h"
#include "tools/page/html.h"
#include "tools/page/list_table.h"
#include "tools/page/resources.h"
#include "tools/reconcile/limits.h"
#include "tools/reconcile/page_verdicts.h"
#include "tools/reconcile/verdict_page_resources.h"
#include "tools/terminal.h"
#include "tools/units.h"
#include "tools/utf8.h"
#include "tools/version.h"

namespace trafrec::tools {
namespace {

using page::Html;
using page::ListTable;
using reconcile::MissingMutation;
using store::Grade;
using store::Verdict;

constexpr TimeNs kLongAgo = std::numeric_limits<TimeNs>::min();
constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();

/// How many verdicts of each sort there are.
struct Counts {
  uint64_t committed = 0;
  uint64_t not_committed = 0;
  uint64_t superseded = 0;
  uint64_t unknown = 0;
  uint64_t presumed = 0;  ///< of the first two

  void Add(const reconcile::Finding& finding) {
    committed += finding.verdict == Verdict::kCommitted ? 1 : 0;
    not_committed += finding.verdict == Verdict::kNotCommitted ? 1 : 0;
    superseded += finding.verdict == Verdict::kSuperseded ? 1 : 0;
    unknown += finding.verdict == Verdict::kUnknown ? 1 : 0;
    presumed += finding.grade == Grade::kPresumed ? 1 : 0;
  }
  uint64_t all() const { return committed + not_committed + superseded + unknown; }
};

std::string Name(std::string_view bytes) {
  return Html(ClipToWidth(EscapeForTerminal(bytes), limits::kVerdictColumns));
}

std::string VerdictSentence(const Counts& counts, size_t missing) {
  std::string says =
      counts.all() == 0 ? "The log shows the outcome of every mutation."
      : counts.unknown == 0
          ? fmt::format("All {} that were open are decided.", CountOf(counts.all(), "mutation"))
          : fmt::format("{} of {} that were open stay unknown ({}).", WithCommas(counts.unknown),
                        CountOf(counts.all(), "mutation"), Percent(counts.unknown, counts.all()));
  if (missing > 0) {
    says += fmt::format(" {} of the source {} not in the log.", CountOf(missing, "mutation"),
                        missing == 1 ? "is" : "are");
  }
  return says;
}

std::string Notes(const std::vector<reconcile::Note>& notes) {
  std::string out;
  for (const reconcile::Note& note : notes) {
    out += "<li>" + Html(note.words) + "</li>\n";
  }
  return out.empty() ? "" : "<ul class=\"notes\">" + out + "</ul>";
}

std::string Cards(const VerdictReport& report, const Counts& counts) {
  std::string out = "<dl class=\"cards\">";
  const auto card = [&](const char* name, uint64_t value) {
    out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, WithCommas(value));
  };
  card("mutations in the log", report.history.mutations);
  card("their outcome is open", counts.all());
  card("committed", counts.committed);
  card("not committed", counts.not_committed);
  card("of these presumed", counts.presumed);
  card("superseded", counts.superseded);
  card("unknown", counts.unknown);
  card("missing from the log", report.judgement.missing.size());
  return out + "</dl>\n";
}

std::string CountsSection(const char* id, const char* title, const char* name,
                          const std::map<std::string, Counts>& rows) {
  ListTable table({{.name = name},
                   {.name = "open", .number = true},
                   {.name = "committed", .number = true},
                   {.name = "not committed", .number = true},
                   {.name = "of these presumed", .number = true},
                   {.name = "superseded", .number = true},
                   {.name = "unknown", .number = true}});
  size_t shown = 0;
  for (const auto& [row, counts] : rows) {
    if (++shown > limits::kVerdictRows) {
      break;
    }
    table.Name(row.empty() ? "<span class=\"soft\">none is named</span>" : row);
    for (const uint64_t value : {counts.all(), counts.committed, counts.not_committed,
                                 counts.presumed, counts.superseded, counts.unknown}) {
      table.Number(WithCommas(value), value);
    }
    table.EndRow();
  }
  std::string out = fmt::format("<section id=\"{}\"><h2>{}</h2>\n<div class=\"scroll\">{}</div>\n",
                                id, title, table.Take());
  if (rows.size() > limits::kVerdictRows) {
    out += fmt::format("<p class=\"soft\">And {}.</p>\n",
                       CountOf(rows.size() - limits::kVerdictRows, "more row"));
  }
  return out + "</section>\n";
}

/// What the recorders say that they lost, without their starts and stops.
std::vector<store::LossRecord> LossesOf(const VerdictReport& report) {
  std::vector<store::LossRecord> losses;
  for (const store::AttemptInfo& attempt : report.attempts) {
    std::ranges::copy_if(attempt.losses, std::back_inserter(losses), [](const auto& loss) {
      return loss.cause != store::LossCause::kStart && loss.cause != store::LossCause::kStop;
    });
  }
  return losses;
}

std::string LossesAt(const std::vector<store::LossRecord>& losses, const reconcile::Span& ran) {
  std::string out;
  size_t count = 0;
  for (const store::LossRecord& loss : losses) {
    if (loss.from <= ran.until && loss.until >= ran.from && ++count <= limits::kLossesBeside) {
      out += (out.empty() ? "" : "<br>") + Html(LossSentence(loss));
    }
  }
  if (count > limits::kLossesBeside) {
    out += fmt::format("<br>and {} at that time",
                       CountOf(count - limits::kLossesBeside, "more loss", "more losses"));
  }
  return out.empty() ? "the recorder knows of none" : out;
}

std::string MissingSection(const VerdictReport& report,
                           const std::vector<store::LossRecord>& losses) {
  const std::vector<MissingMutation>& missing = report.judgement.missing;
  std::string out = "<section id=\"missing\"><h2>Missing from the log</h2>\n";
  if (missing.empty()) {
    return out + "<p>No number of a shard's history is unexplained.</p></section>\n";
  }
  out +=
      "<p>Numbers that no recorded traffic can have taken. Where the source or its journal shows "
      "what they left, the overlay inserts it.</p>\n";
  ListTable table({{.name = "index"},
                   {.name = "shard", .number = true},
                   {.name = "number", .number = true},
                   {.name = "not before"},
                   {.name = "not after"},
                   {.name = "document"},
                   {.name = "lost at that time"}});
  const auto time = [](TimeNs at) {
    return at == kLongAgo || at == kNever ? std::string("–") : Html(FormatTime(at));
  };
  for (size_t i = 0; i < std::min(missing.size(), limits::kVerdictRows); ++i) {
    const MissingMutation& each = missing[i];
    table.Name(Name(each.index));
    table.Number(WithCommas(each.shard), each.shard);
    table.Number(WithCommas(static_cast<uint64_t>(each.seq_no)),
                 static_cast<uint64_t>(each.seq_no));
    table.Cell(time(each.ran.from));
    table.Cell(time(each.ran.until));
    table.Cell(each.sight ? Name(report.history.sights[*each.sight].document.id)
                          : "<span class=\"soft\">not known</span>");
    table.Cell(LossesAt(losses, each.ran));
    table.EndRow();
  }
  out += "<div class=\"scroll\">" + table.Take() + "</div>\n";
  if (missing.size() > limits::kVerdictRows) {
    out += fmt::format("<p class=\"soft\">And {}.</p>\n",
                       CountOf(missing.size() - limits::kVerdictRows, "more"));
  }
  return out + "</section>\n";
}

std::string LossesSection(const std::vector<store::LossRecord>& losses) {
  std::string out = "<section id=\"losses\"><h2>What the recorder lost</h2>\n";
  if (losses.empty()) {
    return out + "<p>Nothing, by its own account.</p></section>\n";
  }
  out += "<ul class=\"left\">\n";
  for (size_t i = 0; i < std::min(losses.size(), limits::kVerdictRows); ++i) {
    out += "<li>" + Html(LossSentence(losses[i])) + "</li>\n";
  }
  out += "</ul>\n";
  if (losses.size() > limits::kVerdictRows) {
    out += fmt::format("<p class=\"soft\">And {}: <code>trafrec stats LOG</code></p>\n",
                       CountOf(losses.size() - limits::kVerdictRows, "more"));
  }
  return out + "</section>\n";
}

}  // namespace

std::string VerdictPage(const VerdictReport& report) {
  Counts all;
  std::map<std::string, Counts> kinds;
  std::map<std::string, Counts> indices;
  for (const reconcile::Finding& finding : report.judgement.findings) {
    const reconcile::Question& question = report.history.questions[finding.question];
    all.Add(finding);
    kinds[std::string(dialect::NameOf(question.kind))].Add(finding);
    indices[Name(question.document.index)].Add(finding);
  }
  const std::string says = VerdictSentence(all, report.judgement.missing.size());
  const std::vector<store::LossRecord> losses = LossesOf(report);
  const std::string script = std::string(page::kPageJs);
  return page::Filled(
      kVerdictPageHtml,
      {{"head", page::Head(Html(says), kVerdictPageCss, script)},
       {"log", Html(report.log)},
       {"verdict", Html(says)},
       {"tone", all.unknown + report.judgement.missing.size() == 0 ? "good" : "bad"},
       {"notes", Notes(report.judgement.notes)},
       {"cards", Cards(report, all)},
       {"main", VerdictsSection(report) + CountsSection("kinds", "By kind", "kind", kinds) +
                    CountsSection("indices", "By index", "index", indices) +
                    MissingSection(report, losses) + LossesSection(losses)},
       {"version", Html(std::string("trafrec ") + kVersion)},
       {"script", script}});
}

}  // namespace trafrec::tools
