#include "tools/compare/html_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/compare/limits.h"
#include "tools/compare/page_differences.h"
#include "tools/compare/page_latency.h"
#include "tools/compare/page_resources.h"
#include "tools/compare/page_sizes.h"
#include "tools/compare/verdict.h"
#include "tools/page/html.h"
#include "tools/page/list_table.h"
#include "tools/page/resources.h"
#include "tools/terminal.h"
#include "tools/units.h"
#include "tools/utf8.h"
#include "tools/version.h"

namespace trafrec::tools {
namespace {

using page::Html;
using page::ListTable;

std::string Conditions(const CompareReport& report) {
  std::string out;
  for (const FailResult& each : report.conditions) {
    out += fmt::format("<li class=\"{0}\"><b>{0}</b> <code>{1}</code>: {2}</li>\n",
                       each.holds ? "fails" : "passes", Html(each.text), Html(each.says));
  }
  return out.empty() ? "" : "<ul class=\"conditions\">" + out + "</ul>";
}

std::string Cards(const CompareReport& report) {
  std::string out = "<dl class=\"cards\">";
  const auto card = [&](const std::string& name, const std::string& value) {
    out += "<div><dt>" + name + "</dt><dd>" + value + "</dd></div>";
  };
  uint64_t uncompared = 0;
  for (const uint64_t count : report.uncompared) {
    uncompared += count;
  }
  const compare::Tally& tally = report.tally;
  card("pairs compared", WithCommas(tally.compared()));
  card("differ",
       WithCommas(tally.differing()) + " (" + Percent(tally.differing(), tally.compared()) + ")");
  if (tally.unexplained() < tally.differing()) {
    card("of them in known ways only", WithCommas(tally.differing() - tally.unexplained()));
  }
  card("not compared", WithCommas(uncompared));
  const compare::LatencyCounts& latency = tally.latencies().all();
  if (latency.count() > 0) {
    for (const auto& [name, share] : {std::pair("p50", 0.5), std::pair("p99", 0.99)}) {
      card(fmt::format("latency {}, source → target", name),
           fmt::format("<span>{}</span> <span>→ {}</span>",
                       HumanDuration(latency.source.Quantile(share)),
                       HumanDuration(latency.target.Quantile(share))));
    }
    card(fmt::format("slower by more than {:.0f}%", 100 * tally.latencies().slower_share()),
         Percent(latency.slower, latency.count()));
  }
  return out + "</dl>\n";
}

void LatencyCells(ListTable& table, const compare::LatencyCounts& counts) {
  for (const double share : {0.5, 0.99}) {
    for (const Histogram* side : {&counts.source, &counts.target}) {
      const int64_t value = side->Quantile(share);
      table.Number(ShortDuration(value), static_cast<uint64_t>(value));
    }
  }
  table.Number(Percent(counts.slower, counts.count()),
               counts.count() == 0 ? 0 : 10'000 * counts.slower / counts.count());
}

std::string RequestsSection(const CompareReport& report) {
  const std::vector<compare::ShapeCount> shapes = report.tally.Shapes();
  ListTable table({{.name = "requests"},
                   {.name = "compared", .number = true},
                   {.name = "differ", .number = true},
                   {.name = "share", .number = true},
                   {.name = "bytes source", .number = true},
                   {.name = "bytes target", .number = true},
                   {.name = "p50 source", .number = true},
                   {.name = "p50 target", .number = true},
                   {.name = "p99 source", .number = true},
                   {.name = "p99 target", .number = true},
                   {.name = "slower", .number = true}});
  const auto& latencies = report.tally.latencies().shapes();
  for (size_t i = 0; i < std::min(shapes.size(), limits::kPageRows); ++i) {
    const compare::ShapeCount& shape = shapes[i];
    table.Name(Html(ClipToWidth(EscapeForTerminal(shape.shape), limits::kPageNameColumns)));
    table.Number(WithCommas(shape.compared), shape.compared);
    table.Number(WithCommas(shape.differing), shape.differing);
    table.Number(Percent(shape.differing, shape.compared),
                 shape.compared == 0 ? 0 : 10'000 * shape.differing / shape.compared);
    for (const uint64_t bytes : {shape.sizes.source, shape.sizes.target}) {
      const uint64_t mean = bytes / std::max<uint64_t>(shape.compared, 1);
      table.Number(ShortBytes(mean), mean);
    }
    const auto latency = latencies.find(shape.shape);
    if (latency == latencies.end()) {
      for (size_t column = 0; column < 5; ++column) {
        table.Cell("–");
      }
    } else {
      LatencyCells(table, latency->second);
    }
    table.EndRow();
  }
  std::string out =
      "<section id=\"requests\"><h2>Requests</h2>\n<p class=\"soft\">Bytes: of a "
      "body on average, its encodings taken off.</p>\n<div class=\"scroll\">" +
      table.Take() + "</div>\n";
  if (shapes.size() > limits::kPageRows) {
    out += fmt::format("<p class=\"soft\">And {}.</p>\n",
                       CountOf(shapes.size() - limits::kPageRows, "more shape"));
  }
  return out + "</section>\n";
}

std::string UncomparedSection(const CompareReport& report) {
  std::string rows;
  for (size_t i = 0; i < kUncomparedReasons; ++i) {
    if (report.uncompared[i] > 0) {
      rows += fmt::format("<li>{}, {}</li>\n", CountOf(report.uncompared[i], "exchange"),
                          InWords(static_cast<Uncompared>(i), report.two_runs));
    }
  }
  if (report.tally.redacted() > 0) {
    rows += "<li>" + CountOf(report.tally.redacted(), "value") + ", redacted on one side</li>\n";
  }
  if (const std::string as_text = AsTextInWords(report.tally); !as_text.empty()) {
    rows += "<li>" + Html(as_text) + "</li>\n";
  }
  return "<section id=\"uncompared\"><h2>Not compared</h2>\n" +
         (rows.empty() ? "<p>Every exchange was compared.</p>" : "<ul>" + rows + "</ul>") +
         "</section>\n";
}

/// What made the run another one than the log; nothing if nothing did.
std::string AmendmentsSection(const CompareReport& report) {
  if (report.amendments.empty()) {
    return "";
  }
  std::string out = "<section id=\"amendments\"><h2>The run was made with</h2>\n<ul>";
  for (const Amendment& each : report.amendments) {
    out += fmt::format("<li>{} <code>{}</code>", each.what, Html(each.value));
    out += each.entries == 0 ? "" : ": " + CountOf(each.entries, "entry", "entries");
    out += each.trouble.empty() ? "" : " (" + Html(each.trouble) + ")";
    std::string lines;
    for (const std::string& line : each.lines) {
      lines += "<li>" + Html(line) + "</li>\n";
    }
    if (each.entries > each.lines.size()) {
      lines += fmt::format("<li class=\"soft\">and {} more</li>\n",
                           WithCommas(each.entries - each.lines.size()));
    }
    out += (lines.empty() ? "" : "<ul>" + lines + "</ul>") + "</li>\n";
  }
  return out + "</ul></section>\n";
}

std::string RulesTable(const CompareReport& report, const std::vector<size_t>& chosen) {
  ListTable table({{.name = "rule"},
                   {.name = "hid", .number = true},
                   {.name = "place"},
                   {.name = "why"},
                   {.name = "from"}});
  for (const size_t i : chosen) {
    const compare::Rule& rule = report.tally.rules()[i];
    const uint64_t hidden = report.tally.hidden()[i];
    table.Name(Html(rule.name));
    table.Number(rule.is_own() && hidden == 0 ? "never applied" : WithCommas(hidden), hidden);
    table.Cell("<code>" + Html(rule.place.text()) + "</code>");
    table.Cell(rule.why == rule.origin ? "" : Html(rule.why));
    table.Cell(rule.learned    ? "noise"
               : rule.is_own() ? "<span class=\"from\">" + Html(rule.origin) + "</span>"
                               : "default");
    table.EndRow();
  }
  return "<div class=\"scroll\">" + table.Take() + "</div>\n";
}

std::string RulesSection(const CompareReport& report) {
  const auto& rules = report.tally.rules();
  std::string out = "<section id=\"rules\"><h2>Rules</h2>\n";
  if (rules.empty()) {
    return out + "<p>None: every difference is told.</p></section>\n";
  }
  // Defaults that hid nothing are most of the list, and tell least.
  std::vector<size_t> shown;
  std::vector<size_t> idle;
  for (size_t i = 0; i < std::min(rules.size(), limits::kPageRows); ++i) {
    const bool is_default = !rules[i].is_own() && !rules[i].learned;
    (is_default && report.tally.hidden()[i] == 0 ? idle : shown).push_back(i);
  }
  out += shown.empty() ? "<p>None of them hid anything.</p>\n" : RulesTable(report, shown);
  if (!idle.empty()) {
    out += fmt::format("<details><summary>{} that hid nothing</summary>\n{}</details>\n",
                       CountOf(idle.size(), "default rule"), RulesTable(report, idle));
  }
  return out + "</section>\n";
}

std::string Navigation(const CompareReport& report) {
  std::string out;
  for (const auto& [id, name] :
       {std::pair("differences", "Differences"), std::pair("requests", "Requests"),
        std::pair("latency", "Latency"), std::pair("sizes", "Sizes"),
        std::pair("amendments", "The run"), std::pair("uncompared", "Not compared"),
        std::pair("rules", "Rules")}) {
    if (std::string_view(id) != "amendments" || !report.amendments.empty()) {
      out += fmt::format("<a href=\"#{}\">{}</a> ", id, name);
    }
  }
  return out;
}

}  // namespace

std::string HtmlPage(const CompareReport& report, const ReadSample& read) {
  const Verdict verdict = VerdictOf(report);
  const std::string script = std::string(page::kPageJs) + std::string(kComparePageJs);
  return page::Filled(
      kComparePageHtml,
      {{"head", page::Head(Html(verdict.says), kComparePageCss, script)},
       {"source", Html(report.source)},
       {"run", Html(report.run)},
       {"verdict", Html(verdict.says)},
       {"tone", verdict.tone == Tone::kGreen ? "good"
                : verdict.tone == Tone::kRed ? "bad"
                                             : "none"},
       {"conditions", Conditions(report)},
       {"cards", Cards(report)},
       {"navigation", Navigation(report)},
       {"main", DifferencesSection(report, read) + RequestsSection(report) +
                    LatencySection(report.tally.latencies()) + SizesSection(report.tally.sizes()) +
                    AmendmentsSection(report) + UncomparedSection(report) + RulesSection(report)},
       {"version", Html(std::string("trafrec ") + kVersion)},
       {"script", script}});
}

}  // namespace trafrec::tools
